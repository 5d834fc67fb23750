//! Settings as they were found: values by key, each with where it comes from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use super::schema::{Kind, Setting};
use super::{Error, document, overrides};

/// A value of one of the forms that settings have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Flag(bool),
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
    /// The ids of its nodes, in its order.
    pub(super) nodes: Vec<u64>,
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
        let mut settings = Settings { path: path.to_owned(), nodes: Vec::new(), entries: BTreeMap::new() };
        document::read(&text, &mut settings)?;
        overrides::apply(env, &mut settings)?;
        Ok(settings)
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
    /// Whether it has the form that `setting` takes.
    pub(super) fn fits(&self, setting: &Setting) -> bool {
        matches!(
            (self, setting.kind),
            (Value::Text(_), Kind::Text)
                | (Value::Integer(_), Kind::Integer)
                | (Value::Flag(_), Kind::Flag)
                | (Value::Secrets(_), Kind::Secrets)
        )
    }
}

/// As it would stand in the file, without secrets.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => write!(f, "{text:?}"),
            Value::Integer(number) => number.fmt(f),
            Value::Flag(flag) => flag.fmt(f),
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
