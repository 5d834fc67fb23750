//! Values of settings, each checked alone.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::model::Endpoint;
use super::schema::{self, Fallback};
use super::settings::{Settings, Value};
use super::{Error, Secret, SecretError};

impl Settings {
    /// The value of a key, or its default.
    fn value(&self, key: &str) -> Result<Value, Error> {
        if let Some(entry) = self.get(key) {
            return Ok(entry.value.clone());
        }
        match schema::find(key).map(|setting| setting.fallback) {
            Some(Fallback::Text(text)) => Ok(Value::Text(text.to_owned())),
            Some(Fallback::Integer(number)) => Ok(Value::Integer(number)),
            Some(Fallback::Flag(flag)) => Ok(Value::Flag(flag)),
            Some(Fallback::Nothing) => Ok(Value::Secrets(Vec::new())),
            _ => Err(self.missing(key, key)),
        }
    }

    /// The error that nobody said what a key is, found out at another or at none.
    fn missing(&self, key: &str, at: &str) -> Error {
        Error::Missing { origin: self.origin(at), key: key.to_owned(), takes: takes(key) }
    }

    /// The error that the value of a key is not what it takes.
    pub(super) fn wrong(&self, key: &str) -> Error {
        let got = self.get(key).map(|entry| entry.value.to_string()).unwrap_or_default();
        Error::Wrong { origin: self.origin(key), key: key.to_owned(), got, takes: takes(key) }
    }

    pub(super) fn text(&self, key: &str) -> Result<String, Error> {
        match self.value(key)? {
            Value::Text(text) => Ok(text),
            _ => Err(self.wrong(key)),
        }
    }

    pub(super) fn flag(&self, key: &str) -> Result<bool, Error> {
        match self.value(key)? {
            Value::Flag(flag) => Ok(flag),
            _ => Err(self.wrong(key)),
        }
    }

    pub(super) fn number(&self, key: &str, range: std::ops::RangeInclusive<u64>) -> Result<u64, Error> {
        match self.value(key)? {
            Value::Integer(number) => u64::try_from(number)
                .ok()
                .filter(|number| range.contains(number))
                .ok_or_else(|| self.wrong(key)),
            _ => Err(self.wrong(key)),
        }
    }

    pub(super) fn duration(
        &self,
        key: &str,
        range: std::ops::RangeInclusive<Duration>,
    ) -> Result<Duration, Error> {
        let duration = humantime::parse_duration(&self.text(key)?).map_err(|_| self.wrong(key))?;
        if range.contains(&duration) { Ok(duration) } else { Err(self.wrong(key)) }
    }

    pub(super) fn name(&self, key: &str) -> Result<String, Error> {
        let name = self.text(key)?;
        // A cluster's name has the form of a product's id.
        if engine::ProductId::new(&name).is_ok() { Ok(name) } else { Err(self.wrong(key)) }
    }

    pub(super) fn endpoint(&self, section: &str) -> Result<Endpoint, Error> {
        let listen_key = format!("{section}.listen");
        let advertise_key = format!("{section}.advertise");
        let listen: SocketAddr = self.text(&listen_key)?.parse().map_err(|_| self.wrong(&listen_key))?;
        if listen.port() == 0 {
            return Err(self.wrong(&listen_key));
        }
        if self.get(&advertise_key).is_none() {
            // Nobody can reach a wildcard, so then somebody must say where.
            return match listen.ip().is_unspecified() {
                true => Err(self.missing(&advertise_key, &listen_key)),
                false => Ok(Endpoint { listen, advertise: listen.to_string() }),
            };
        }
        let advertise = self.text(&advertise_key)?;
        if is_host_and_port(&advertise) {
            Ok(Endpoint { listen, advertise })
        } else {
            Err(self.wrong(&advertise_key))
        }
    }

    pub(super) fn data(&self, node: u64) -> Result<PathBuf, Error> {
        let own = format!("node.{node}.data");
        let given = |key: &str| match self.text(key)?.as_str() {
            "" => Err(self.wrong(key)),
            path => Ok(self.base().join(path)),
        };
        if self.get(&own).is_some() {
            given(&own)
        } else {
            Ok(given("storage.data")?.join(format!("node-{node}")))
        }
    }

    pub(super) fn publishable(&self, key: &str) -> Result<String, Error> {
        let text = self.text(key)?;
        let good = (1..=256).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        // By mistake it may be a secret, so it is not shown.
        let wrong = || Error::Wrong {
            origin: self.origin(key),
            key: key.to_owned(),
            got: "what it is".to_owned(),
            takes: takes(key),
        };
        if good { Ok(text) } else { Err(wrong()) }
    }

    pub(super) fn secret(&self, key: &str) -> Result<Secret, Error> {
        let Value::Secret(text) = self.value(key)? else { return Err(self.wrong(key)) };
        let resolved = Secret::resolve(&text, self.base());
        resolved.map_err(|source| self.bad_secret(key, source))
    }

    fn bad_secret(&self, key: &str, source: SecretError) -> Error {
        Error::Secret { origin: self.origin(key), key: key.to_owned(), source, takes: takes(key) }
    }

    pub(super) fn secrets(&self, key: &str) -> Result<Vec<Secret>, Error> {
        let Value::Secrets(texts) = self.value(key)? else { return Err(self.wrong(key)) };
        let resolve = |text: &String| Secret::resolve(text, self.base());
        texts.iter().map(resolve).collect::<Result<_, _>>().map_err(|source| self.bad_secret(key, source))
    }
}

fn takes(key: &str) -> String {
    schema::find(key).map_or("nothing", |setting| setting.takes).to_owned()
}

/// Whether a text is `host:port`, the host a name or an address (of version 6 in brackets).
fn is_host_and_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    let bracketed = text.parse::<SocketAddr>().is_ok();
    port.parse::<u16>().is_ok_and(|port| port > 0) && !host.is_empty() && (name || bracketed)
}
