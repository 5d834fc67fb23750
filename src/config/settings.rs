//! Settings as they were found: values by key, each with where it comes from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use super::schema::{Kind, List};
use super::{Error, document, overrides};

/// A value of one of the forms that settings have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Flag(bool),
    Secret(String),
    Secrets(Vec<String>),
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    File {
        path: PathBuf,
        line: usize,
    },
    /// Nowhere in the file, where it should be.
    Absent(PathBuf),
    Env(String),
}

/// A value and where it comes from.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// What the file and the environment say together.
#[derive(Debug)]
pub(super) struct Settings {
    /// The file.
    pub(super) path: PathBuf,
    /// What the items of its lists are called, in its order, by the list's path.
    items: BTreeMap<&'static str, Vec<String>>,
    entries: BTreeMap<String, Entry>,
}

impl Settings {
    /// Reads the file at `path`, and puts over it what of `env` is meant for it.
    pub(super) fn load(
        path: &Path,
        env: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Settings, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
        let mut settings =
            Settings { path: path.to_owned(), items: BTreeMap::new(), entries: BTreeMap::new() };
        document::read(&text, &mut settings)?;
        overrides::apply(env, &mut settings)?;
        Ok(settings)
    }

    /// What the items of a list are called, in the order of the file.
    pub(super) fn items(&self, list: &List) -> &[String] {
        self.items.get(list.path).map_or(&[], Vec::as_slice)
    }

    /// Takes an item of a list. `false` if there is one of its name.
    pub(super) fn add_item(&mut self, list: &List, name: &str) -> bool {
        let items = self.items.entry(list.path).or_default();
        let is_new = !items.iter().any(|item| item == name);
        if is_new {
            items.push(name.to_owned());
        }
        is_new
    }

    /// What was found under a key; nothing if it is left to its default.
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// Takes a value; the last one stays.
    pub(super) fn put(&mut self, key: &str, entry: Entry) {
        self.entries.insert(key.to_owned(), entry);
    }

    /// Whether anything was found under a section.
    pub(super) fn has_section(&self, section: &str) -> bool {
        let prefix = format!("{section}.");
        self.entries.range(prefix.clone()..).next().is_some_and(|(key, _)| key.starts_with(&prefix))
    }

    /// Where a key's value comes from; the file as a whole if it is left to its default.
    pub(super) fn origin(&self, key: &str) -> Origin {
        self.get(key).map_or_else(|| Origin::Absent(self.path.clone()), |entry| entry.origin.clone())
    }

    /// The directory that paths in the file are relative to.
    pub(super) fn base(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}

impl Value {
    /// The value in the form that a setting of `kind` takes, if it can have it.
    pub(super) fn into(self, kind: Kind) -> Option<Value> {
        match (self, kind) {
            (Value::Text(secret), Kind::Secret) => Some(Value::Secret(secret)),
            (value @ Value::Text(_), Kind::Text)
            | (value @ Value::Integer(_), Kind::Integer)
            | (value @ Value::Flag(_), Kind::Flag)
            | (value @ Value::Secret(_), Kind::Secret)
            | (value @ Value::Secrets(_), Kind::Secrets) => Some(value),
            _ => None,
        }
    }
}

impl Value {
    /// The value in JSON, without secrets.
    pub(super) fn to_json(&self) -> serde_json::Value {
        let mask = |secret: &String| super::Secret::mask(secret).to_owned();
        match self {
            Value::Text(text) => text.as_str().into(),
            Value::Integer(number) => (*number).into(),
            Value::Flag(flag) => (*flag).into(),
            Value::Secret(secret) => mask(secret).into(),
            Value::Secrets(secrets) => secrets.iter().map(mask).collect(),
        }
    }
}

/// As it would stand in the file, without secrets.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => write!(f, "{text:?}"),
            Value::Integer(number) => number.fmt(f),
            Value::Flag(flag) => flag.fmt(f),
            Value::Secret(secret) => write!(f, "{:?}", super::Secret::mask(secret)),
            Value::Secrets(secrets) => {
                let masked: Vec<&str> = secrets.iter().map(|secret| super::Secret::mask(secret)).collect();
                write!(f, "[{}]", masked.join(", "))
            }
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File { path, line } => write!(f, "{}:{line}", path.display()),
            Origin::Absent(path) => path.display().fmt(f),
            Origin::Env(name) => f.write_str(name),
        }
    }
}
