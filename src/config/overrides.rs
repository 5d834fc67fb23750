//! The environment: `FLASHSALE__SECTION__KEY` says what `section.key` is, whatever the file says.

use std::ffi::OsString;

use super::Error;
use super::schema::{self, Kind, Setting};
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
    let Some(setting) = schema::find(&key).filter(|setting| setting.key != "node.*.id") else {
        let nearest = schema::nearest(&key);
        return Err(Error::Unknown { origin, key, nearest });
    };
    check_node(&key, &origin, settings)?;
    let Some(value) = parse(setting, text) else {
        let got = if setting.kind == Kind::Secrets { "what it is".to_owned() } else { format!("{text:?}") };
        return Err(Error::Wrong { origin, key, got, takes: setting.takes.to_owned() });
    };
    settings.put(&key, Entry { value, origin });
    Ok(())
}

/// The environment overrides nodes of the file; it adds none.
fn check_node(key: &str, origin: &Origin, settings: &Settings) -> Result<(), Error> {
    let Some(id) = key.strip_prefix("node.").and_then(|rest| rest.split('.').next()) else { return Ok(()) };
    if settings.nodes.iter().any(|node| node.to_string() == id) {
        return Ok(());
    }
    let known: Vec<String> = settings.nodes.iter().map(u64::to_string).collect();
    Err(Error::Wrong {
        origin: origin.clone(),
        key: "node.id".to_owned(),
        got: id.to_owned(),
        takes: format!("the id of a [[node]] of {}: {}", settings.path.display(), known.join(", ")),
    })
}

fn parse(setting: &Setting, text: &str) -> Option<Value> {
    match setting.kind {
        Kind::Text => Some(Value::Text(text.to_owned())),
        Kind::Integer => text.trim().parse().ok().map(Value::Integer),
        Kind::Flag => text.trim().parse().ok().map(Value::Flag),
        Kind::Secrets => {
            let secrets = text.split(',').map(str::trim).filter(|secret| !secret.is_empty());
            Some(Value::Secrets(secrets.map(str::to_owned).collect()))
        }
    }
}
