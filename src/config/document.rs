//! The file: TOML, flattened to keys with the line that each stands on.

use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::settings::{Entry, Origin, Settings, Value};
use super::{Error, schema};

/// Reads the file's text into `settings`.
pub(super) fn read(text: &str, settings: &mut Settings) -> Result<(), Error> {
    let document = Document { text, path: settings.path.clone() };
    let root = DeTable::parse(text).map_err(|error| Error::Syntax {
        origin: document.origin(error.span().map_or(0, |span| span.start)),
        message: error.message().replace('\n', " "),
    })?;
    for (name, value) in root.get_ref() {
        let start = name.span().start;
        match (name.get_ref().as_ref(), value.get_ref()) {
            ("node", DeValue::Array(nodes)) => document.nodes(nodes, settings)?,
            ("node", other) => {
                return Err(document.wrong(start, "node", other, "[[node]] sections, one for each node"));
            }
            (name, value) => document.take(name, start, value, settings)?,
        }
    }
    Ok(())
}

struct Document<'t> {
    text: &'t str,
    path: PathBuf,
}

impl Document<'_> {
    fn nodes(&self, nodes: &DeArray<'_>, settings: &mut Settings) -> Result<(), Error> {
        for node in nodes.iter() {
            let start = node.span().start;
            let DeValue::Table(table) = node.get_ref() else {
                return Err(self.wrong(
                    start,
                    "node",
                    node.get_ref(),
                    "[[node]] sections, one for each node",
                ));
            };
            let id = self.node_id(start, table)?;
            if settings.nodes.contains(&id) {
                return Err(Error::TwiceNode { origin: self.origin(start), node: id });
            }
            settings.nodes.push(id);
            self.table(&format!("node.{id}"), table, settings)?;
        }
        Ok(())
    }

    fn node_id(&self, start: usize, node: &DeTable<'_>) -> Result<u64, Error> {
        let takes = schema::find("node.*.id").map_or("a number", |setting| setting.takes);
        let Some(id) = node.get("id") else {
            let (origin, key) = (self.origin(start), "node.id".to_owned());
            return Err(Error::Missing { origin, key, takes: takes.to_owned() });
        };
        match value_of(id.get_ref()) {
            Some(Value::Integer(number)) if (1..=i64::from(u32::MAX)).contains(&number) => {
                Ok(number.unsigned_abs())
            }
            _ => Err(self.wrong(id.span().start, "node.id", id.get_ref(), takes)),
        }
    }

    fn table(&self, path: &str, table: &DeTable<'_>, settings: &mut Settings) -> Result<(), Error> {
        table.iter().try_for_each(|(name, value): (&Spanned<_>, _)| {
            self.take(&format!("{path}.{}", name.get_ref()), name.span().start, value.get_ref(), settings)
        })
    }

    /// Takes what stands under `key`, whose name starts at `start`.
    fn take(
        &self,
        key: &str,
        start: usize,
        value: &DeValue<'_>,
        settings: &mut Settings,
    ) -> Result<(), Error> {
        if schema::is_section(key) {
            return match value {
                DeValue::Table(table) => self.table(key, table, settings),
                other => Err(self.wrong(start, key, other, "a section of settings")),
            };
        }
        let origin = self.origin(start);
        let Some(setting) = schema::find(key) else {
            return Err(Error::Unknown { origin, key: key.to_owned(), nearest: schema::nearest(key) });
        };
        match value_of(value) {
            Some(value) if value.fits(setting) => settings.put(key, Entry { value, origin }),
            _ => return Err(self.wrong(start, key, value, setting.takes)),
        }
        Ok(())
    }

    fn wrong(&self, start: usize, key: &str, got: &DeValue<'_>, takes: &str) -> Error {
        let got = match value_of(got) {
            Some(value) => value.to_string(),
            None => format!("a TOML {}", got.type_str()),
        };
        Error::Wrong { origin: self.origin(start), key: key.to_owned(), got, takes: takes.to_owned() }
    }

    fn origin(&self, offset: usize) -> Origin {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        Origin::File { path: self.path.clone(), line }
    }
}

/// A TOML value as one that settings have; nothing if no setting has such a one.
fn value_of(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => Some(Value::Text(text.to_string())),
        DeValue::Boolean(flag) => Some(Value::Flag(*flag)),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(Value::Integer)
        }
        DeValue::Array(items) => {
            let texts = items.iter().map(|item| item.get_ref().as_str().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>().map(Value::Secrets)
        }
        _ => None,
    }
}
