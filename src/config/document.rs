//! The file: TOML, flattened to keys with the line that each stands on.

use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::schema::List;
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
        document.take(name.get_ref(), name.span().start, value.get_ref(), settings)?;
    }
    Ok(())
}

struct Document<'t> {
    text: &'t str,
    path: PathBuf,
}

impl Document<'_> {
    /// Takes the items of a list. Its name starts at `start`.
    fn list(
        &self,
        list: &'static List,
        start: usize,
        value: &DeValue<'_>,
        settings: &mut Settings,
    ) -> Result<(), Error> {
        let DeValue::Array(items) = value else {
            return Err(self.wrong(start, list.path, value, list.takes));
        };
        for item in items.iter() {
            let start = item.span().start;
            let DeValue::Table(table) = item.get_ref() else {
                return Err(self.wrong(start, list.path, item.get_ref(), list.takes));
            };
            let name = self.name(list, start, table)?;
            if !settings.add_item(list, &name) {
                return Err(Error::TwiceItem {
                    origin: self.origin(start),
                    list: list.path,
                    name,
                    key: list.name,
                });
            }
            self.table(&list.item(&name), table, settings)?;
        }
        Ok(())
    }

    /// What an item of a list, which starts at `start`, is called.
    fn name(&self, list: &List, start: usize, item: &DeTable<'_>) -> Result<String, Error> {
        let key = list.item(list.name);
        let takes =
            schema::find(&format!("{}.{}", list.item("*"), list.name)).map_or("", |found| found.takes);
        let Some(name) = item.get(list.name) else {
            return Err(Error::Missing { origin: self.origin(start), key, takes: takes.to_owned() });
        };
        match value_of(name.get_ref()) {
            Some(Value::Integer(number)) if (1..=i64::from(u32::MAX)).contains(&number) => {
                Ok(number.to_string())
            }
            Some(Value::Text(name)) if is_name(&name) => Ok(name),
            // What a thing is called is no secret, though secrets stand beside it.
            _ => Err(self.error(name.span().start, &key, shown(name.get_ref()), takes)),
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
        if let Some(list) = schema::list(key) {
            return self.list(list, start, value, settings);
        }
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
        let Some(value) = value_of(value).and_then(|value| value.into(setting.kind)) else {
            return Err(self.wrong(start, key, value, setting.takes));
        };
        settings.put(key, Entry { value, origin });
        Ok(())
    }

    fn wrong(&self, start: usize, key: &str, got: &DeValue<'_>, takes: &str) -> Error {
        let hides = schema::may_hold_secrets(key) && value_of(got).is_some();
        self.error(start, key, if hides { "what it is".to_owned() } else { shown(got) }, takes)
    }

    fn error(&self, start: usize, key: &str, got: String, takes: &str) -> Error {
        Error::Wrong { origin: self.origin(start), key: key.to_owned(), got, takes: takes.to_owned() }
    }

    fn origin(&self, offset: usize) -> Origin {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        Origin::File { path: self.path.clone(), line }
    }
}

fn shown(value: &DeValue<'_>) -> String {
    match value_of(value) {
        Some(value) => value.to_string(),
        None => format!("a TOML {}", value.type_str()),
    }
}

/// A name that can stand in the name of an environment variable, in whatever case that is written.
fn is_name(text: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(allowed) && !text.contains("__")
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
