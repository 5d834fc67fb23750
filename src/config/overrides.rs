//! The environment: `FLASHSALE__SECTION__KEY` says what `section.key` is, whatever the file says.

use std::ffi::OsString;

use super::Error;
use super::schema::{self, Kind, LISTS, Setting};
use super::settings::{Entry, Origin, Settings, Value};

const PREFIX: &str = "FLASHSALE__";

/// Puts over `settings` what of `env` is meant for them.
pub(super) fn apply(
    env: impl IntoIterator<Item = (OsString, OsString)>,
    settings: &mut Settings,
) -> Result<(), Error> {
    let mut meant: Vec<(String, String)> = env
        .into_iter()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    // So that which of several errors is told does not depend on the environment's order.
    meant.sort();
    meant.into_iter().try_for_each(|(name, value)| apply_one(&name, &value, settings))
}

fn apply_one(name: &str, text: &str, settings: &mut Settings) -> Result<(), Error> {
    let origin = Origin::Env(name.to_owned());
    let key = name.strip_prefix(PREFIX).unwrap_or(name).to_ascii_lowercase().replace("__", ".");
    let Some(setting) = schema::find(&key).filter(|setting| !names_an_item(setting)) else {
        let nearest = schema::nearest(&key);
        return Err(Error::Unknown { origin, key, nearest });
    };
    check_item(&key, &origin, settings)?;
    let Some(value) = parse(setting, text) else {
        let got = if setting.kind.is_secret() { "what it is".to_owned() } else { format!("{text:?}") };
        return Err(Error::Wrong { origin, key, got, takes: setting.takes.to_owned() });
    };
    settings.put(&key, Entry { value, origin });
    Ok(())
}

fn names_an_item(setting: &Setting) -> bool {
    LISTS.iter().any(|list| list.split(setting.key).is_some_and(|(_, name)| name == list.name))
}

/// The environment overrides items of the file's lists; it adds none.
fn check_item(key: &str, origin: &Origin, settings: &Settings) -> Result<(), Error> {
    let found = LISTS.iter().find_map(|list| Some((list, list.split(key)?.0)));
    let Some((list, name)) = found else { return Ok(()) };
    let known = settings.items(list);
    if known.iter().any(|item| item == name) {
        return Ok(());
    }
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Err(Error::Wrong {
        origin: origin.clone(),
        key: list.item(list.name),
        got: name.to_owned(),
        takes: format!("the {} of a [[{}]] of {}: {known}", list.name, list.path, settings.path.display()),
    })
}

fn parse(setting: &Setting, text: &str) -> Option<Value> {
    match setting.kind {
        Kind::Text => Some(Value::Text(text.to_owned())),
        Kind::Integer => text.trim().parse().ok().map(Value::Integer),
        Kind::Secret => Some(Value::Secret(text.trim().to_owned())),
        Kind::Flag => text.trim().parse().ok().map(Value::Flag),
        Kind::Secrets => {
            let secrets = text.split(',').map(str::trim).filter(|secret| !secret.is_empty());
            Some(Value::Secrets(secrets.map(str::to_owned).collect()))
        }
    }
}
