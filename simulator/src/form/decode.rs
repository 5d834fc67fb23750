//! From bytes to a tree of names.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::object::error::ApiError;

/// How many pairs one request may have.
const PAIRS_MAX: usize = 512;
/// How long a name may be, brackets included.
const NAME_MAX: usize = 512;
/// How deep brackets may nest.
const DEPTH_MAX: usize = 6;

/// A value, or more names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Text(String),
    /// Names, or for a list its places as numbers; in both cases by name.
    Branch(BTreeMap<String, Node>),
}

/// What a request brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) root: BTreeMap<String, Node>,
    /// What two requests with the same parameters share, in whichever order they stood.
    pub(crate) digest: String,
}

impl Form {
    /// Decodes `application/x-www-form-urlencoded` bytes.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Form, ApiError> {
        let mut root = BTreeMap::new();
        let mut pairs = Vec::new();
        for (name, value) in form_urlencoded::parse(bytes) {
            if pairs.len() == PAIRS_MAX {
                return Err(ApiError::invalid(format!("The request has more than {PAIRS_MAX} parameters.")));
            }
            if name.len() > NAME_MAX {
                return Err(ApiError::invalid(format!("A parameter's name has more than {NAME_MAX} bytes.")));
            }
            let path = segments(&name)?;
            insert(&mut root, &path, value.to_string(), &name)?;
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Form { root, digest: digest(pairs) })
    }
}

fn segments(name: &str) -> Result<Vec<&str>, ApiError> {
    let malformed = || ApiError::invalid(format!("Invalid parameter name: {name}")).param(name);
    let (head, mut rest) = match name.find('[') {
        Some(at) => name.split_at(at),
        None => (name, ""),
    };
    if head.is_empty() {
        return Err(malformed());
    }
    let mut path = vec![head];
    while !rest.is_empty() {
        let (segment, after) =
            rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).ok_or_else(malformed)?;
        path.push(segment);
        rest = after;
    }
    if path.len() > DEPTH_MAX { Err(malformed()) } else { Ok(path) }
}

fn insert(
    names: &mut BTreeMap<String, Node>,
    path: &[&str],
    value: String,
    name: &str,
) -> Result<(), ApiError> {
    let clash = || {
        ApiError::invalid(format!("Invalid parameter: {name} is given both as a value and as an object"))
            .param(name)
    };
    let Some((head, rest)) = path.split_first() else { return Ok(()) };
    // `expand[]` counts up; six digits keep the places in order.
    let key = if head.is_empty() { format!("{:06}", names.len()) } else { (*head).to_owned() };
    if rest.is_empty() {
        return match names.insert(key, Node::Text(value)) {
            Some(Node::Branch(_)) => Err(clash()),
            // The last one of a repeated name counts.
            _ => Ok(()),
        };
    }
    match names.entry(key).or_insert_with(|| Node::Branch(BTreeMap::new())) {
        Node::Branch(inner) => insert(inner, rest, value, name),
        Node::Text(_) => Err(clash()),
    }
}

fn digest(mut pairs: Vec<(String, String)>) -> String {
    pairs.sort();
    let mut hash = Sha256::new();
    for (name, value) in &pairs {
        for part in [name, value] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part.as_bytes());
        }
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Node {
        Node::Text(value.to_owned())
    }

    #[test]
    fn brackets_nest_and_lists_count() {
        let form = Form::decode(b"amount=5&metadata%5Border%5D=a+b&expand[]=x&expand[]=y").expect("a form");
        assert_eq!(form.root.get("amount"), Some(&text("5")));
        let Some(Node::Branch(metadata)) = form.root.get("metadata") else { panic!("{form:?}") };
        assert_eq!(metadata.get("order"), Some(&text("a b")));
        let Some(Node::Branch(expand)) = form.root.get("expand") else { panic!("{form:?}") };
        assert_eq!(expand.values().cloned().collect::<Vec<_>>(), vec![text("x"), text("y")]);
    }

    #[test]
    fn the_digest_ignores_order_and_nothing_else() {
        let digest = |bytes: &[u8]| Form::decode(bytes).expect("a form").digest;
        assert_eq!(digest(b"a=1&b=2"), digest(b"b=2&a=1"));
        assert_ne!(digest(b"a=1&b=2"), digest(b"a=1&b=3"));
        assert_ne!(digest(b"a=1b&c=2"), digest(b"a=1&bc=2"));
    }

    #[test]
    fn what_is_malformed_or_too_much_is_refused() {
        let long = format!("{}=1", "n".repeat(NAME_MAX + 1));
        let many = "a=1&".repeat(PAIRS_MAX + 1);
        for bytes in
            ["[a]=1", "a[b=1", "a[b]c=1", "a=1&a[b]=2", "a[b]=2&a=1", "a[b][c][d][e][f][g]=1", &long, &many]
        {
            assert!(Form::decode(bytes.as_bytes()).is_err(), "{bytes}");
        }
    }
}
