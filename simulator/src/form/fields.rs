//! Reading a form field by field. What is left over at the end was not known.

use std::collections::BTreeMap;

use super::decode::Node;
use crate::object::error::ApiError;
use crate::object::intent::Metadata;
use crate::version::Version;

/// How long a text may be where nothing else is said.
const TEXT_MAX: usize = 5_000;
const METADATA_KEYS_MAX: usize = 50;
const METADATA_KEY_MAX: usize = 40;
const METADATA_VALUE_MAX: usize = 500;

/// Names that were given and not yet read.
#[derive(Debug)]
pub(crate) struct Fields {
    prefix: String,
    left: BTreeMap<String, Node>,
    version: Version,
}

impl Fields {
    /// The fields of a whole request, which is no version's.
    pub(crate) fn new(root: BTreeMap<String, Node>) -> Fields {
        Fields::of(Version::default(), root)
    }

    /// The fields of a whole request of this version.
    pub(crate) fn of(version: Version, root: BTreeMap<String, Node>) -> Fields {
        Fields { prefix: String::new(), left: root, version }
    }

    /// The version of the API that decides which names there are.
    pub(crate) fn version(&self) -> Version {
        self.version
    }

    /// The name of a field as the caller wrote it.
    fn full(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}[{name}]", self.prefix) }
    }

    /// A text; empty means unset.
    pub(crate) fn text_or_unset(&mut self, name: &str) -> Result<Option<String>, ApiError> {
        match self.left.remove(name) {
            None => Ok(None),
            Some(Node::Branch(_)) => {
                Err(ApiError::invalid(format!("Invalid string: {}", self.full(name))).param(self.full(name)))
            }
            Some(Node::Text(text)) if text.len() > TEXT_MAX => Err(self.too_long(name, TEXT_MAX)),
            Some(Node::Text(text)) => Ok(Some(text)),
        }
    }

    /// A text that cannot be unset.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, ApiError> {
        match self.text_or_unset(name)? {
            Some(text) if text.is_empty() => Err(self.empty(name)),
            text => Ok(text),
        }
    }

    /// A text of at most so many bytes.
    pub(crate) fn text_max(&mut self, name: &str, max: usize) -> Result<Option<String>, ApiError> {
        match self.text(name)? {
            Some(text) if text.len() > max => Err(self.too_long(name, max)),
            text => Ok(text),
        }
    }

    /// A text without which there is no request.
    pub(crate) fn required(&mut self, name: &str) -> Result<String, ApiError> {
        self.text(name)?.ok_or_else(|| self.absent(name))
    }

    /// An integer.
    pub(crate) fn integer(&mut self, name: &str) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let number = text.parse().map_err(|_| {
            ApiError::invalid(format!("Invalid integer: {text}"))
                .code("parameter_invalid_integer")
                .param(self.full(name))
        })?;
        Ok(Some(number))
    }

    /// An integer that is at least `min`.
    pub(crate) fn integer_min(&mut self, name: &str, min: i64) -> Result<Option<i64>, ApiError> {
        match self.integer(name)? {
            Some(number) if number < min => Err(ApiError::invalid(format!(
                "Invalid {name}: this value must be greater than or equal to {min}."
            ))
            .code("parameter_invalid_integer")
            .param(self.full(name))),
            number => Ok(number),
        }
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.text(name)?.as_deref() {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(other) => Err(ApiError::invalid(format!("Invalid boolean: {other}")).param(self.full(name))),
        }
    }

    /// One of a few words.
    pub(crate) fn one_of(&mut self, name: &str, words: &[&str]) -> Result<Option<String>, ApiError> {
        match self.text(name)? {
            Some(word) if !words.contains(&word.as_str()) => {
                Err(ApiError::invalid(format!("Invalid {name}: must be one of {}", or(words)))
                    .param(self.full(name)))
            }
            word => Ok(word),
        }
    }

    /// An object's own fields. They have to be finished too.
    pub(crate) fn branch(&mut self, name: &str) -> Result<Option<Fields>, ApiError> {
        match self.left.remove(name) {
            None => Ok(None),
            Some(Node::Branch(left)) => {
                Ok(Some(Fields { prefix: self.full(name), left, version: self.version }))
            }
            Some(Node::Text(_)) => Err(ApiError::invalid("Invalid object").param(self.full(name))),
        }
    }

    /// An object's own fields, if it is one; a plain value is left where it is.
    pub(crate) fn branch_if_object(&mut self, name: &str) -> Result<Option<Fields>, ApiError> {
        match self.left.get(name) {
            Some(Node::Branch(_)) => self.branch(name),
            _ => Ok(None),
        }
    }

    /// A list of texts, in the order of their places.
    pub(crate) fn list(&mut self, name: &str, max: usize) -> Result<Option<Vec<String>>, ApiError> {
        let Some(branch) =
            self.branch(name).map_err(|error| ApiError { message: "Invalid array".into(), ..error })?
        else {
            return Ok(None);
        };
        if branch.left.len() > max {
            return Err(self.too_long(name, max));
        }
        let mut places = Vec::with_capacity(branch.left.len());
        for (place, node) in branch.left {
            let at: usize =
                place.parse().map_err(|_| ApiError::invalid("Invalid array").param(self.full(name)))?;
            match node {
                Node::Text(text) => places.push((at, text)),
                Node::Branch(_) => return Err(ApiError::invalid("Invalid string").param(self.full(name))),
            }
        }
        places.sort();
        Ok(Some(places.into_iter().map(|(_, text)| text).collect()))
    }

    /// Metadata to merge into what there is: an empty value removes its key. `None` if nothing is said.
    pub(crate) fn metadata(&mut self) -> Result<Option<Metadata>, ApiError> {
        if matches!(self.left.get("metadata"), Some(Node::Text(text)) if text.is_empty()) {
            self.left.remove("metadata");
            return Ok(None);
        }
        let Some(branch) = self.branch("metadata")? else { return Ok(None) };
        let mut metadata = Metadata::new();
        for (key, node) in &branch.left {
            let Node::Text(value) = node else {
                return Err(ApiError::invalid("Metadata values must be strings").param(branch.full(key)));
            };
            if key.chars().count() > METADATA_KEY_MAX {
                return Err(ApiError::invalid(format!(
                    "Metadata keys can have up to {METADATA_KEY_MAX} characters, but you passed in a key of {}.",
                    key.chars().count()
                ))
                .param(branch.full(key)));
            }
            if value.chars().count() > METADATA_VALUE_MAX {
                return Err(ApiError::invalid(format!(
                    "Metadata values can have up to {METADATA_VALUE_MAX} characters, but you passed in a value that \
                     is {} characters.",
                    value.chars().count()
                ))
                .param(branch.full(key)));
            }
            metadata.insert(key.clone(), value.clone());
        }
        if metadata.len() > METADATA_KEYS_MAX {
            return Err(ApiError::invalid(format!("You can have up to {METADATA_KEYS_MAX} metadata keys."))
                .param("metadata"));
        }
        Ok(Some(metadata))
    }

    /// Refuses what nobody has read.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        let unknown: Vec<String> = self.left.keys().map(|name| self.full(name)).collect();
        match unknown.as_slice() {
            [] => Ok(()),
            [one] => Err(ApiError::invalid(format!("Received unknown parameter: {one}"))
                .code("parameter_unknown")
                .param(one)),
            [first, ..] => {
                Err(ApiError::invalid(format!("Received unknown parameters: {}", unknown.join(", ")))
                    .code("parameter_unknown")
                    .param(first))
            }
        }
    }

    /// The error of a parameter that had to be there.
    pub(crate) fn absent(&self, name: &str) -> ApiError {
        ApiError::invalid(format!("Missing required param: {}.", self.full(name)))
            .code("parameter_missing")
            .param(self.full(name))
    }

    fn empty(&self, name: &str) -> ApiError {
        let name = self.full(name);
        ApiError::invalid(format!(
            "You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; \
             however '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty value."
        ))
        .code("parameter_invalid_empty")
        .param(name)
    }

    fn too_long(&self, name: &str, max: usize) -> ApiError {
        ApiError::invalid(format!("Invalid {name}: it may be at most {max} long.")).param(self.full(name))
    }
}

/// Merges metadata as the API does: an empty value removes its key.
pub(crate) fn merge(metadata: &mut Metadata, with: Metadata) -> Result<(), ApiError> {
    for (key, value) in with {
        if value.is_empty() {
            metadata.remove(&key);
        } else {
            metadata.insert(key, value);
        }
    }
    if metadata.len() > METADATA_KEYS_MAX {
        return Err(ApiError::invalid(format!("You can have up to {METADATA_KEYS_MAX} metadata keys."))
            .param("metadata"));
    }
    Ok(())
}

/// Words as a sentence lists them.
fn or(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} or {other}"),
        [first @ .., last] => format!("{}, or {last}", first.join(", ")),
    }
}
