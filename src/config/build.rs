//! From settings to types: each value alone is checked here.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::model::{Auth, Buyers, Cluster, Config, Endpoint, Limits, Node, Storage};
use super::schema::{self, Fallback};
use super::settings::{Settings, Value};
use super::{Error, Secret};

/// Makes types of what was found.
pub(super) fn config(settings: &Settings) -> Result<Config, Error> {
    let mut ids = settings.nodes.clone();
    ids.sort_unstable();
    Ok(Config {
        cluster: cluster(settings)?,
        nodes: ids.into_iter().map(|id| node(settings, id)).collect::<Result<_, _>>()?,
        storage: storage(settings)?,
        auth: auth(settings)?,
        limits: limits(settings)?,
    })
}

fn cluster(settings: &Settings) -> Result<Cluster, Error> {
    let election = Duration::from_millis(20)..=Duration::from_secs(60);
    let election = |key| settings.duration(key, election.clone());
    Ok(Cluster {
        name: settings.name("cluster.name")?,
        shards: u16::try_from(settings.number("cluster.shards", 1..=4_096)?).unwrap_or(u16::MAX),
        heartbeat: settings
            .duration("cluster.heartbeat", Duration::from_millis(5)..=Duration::from_secs(10))?,
        election_timeout_min: election("cluster.election_timeout_min")?,
        election_timeout_max: election("cluster.election_timeout_max")?,
        insecure: settings.flag("cluster.insecure")?,
    })
}

fn node(settings: &Settings, id: u64) -> Result<Node, Error> {
    let admin = format!("node.{id}.admin");
    Ok(Node {
        id,
        http: settings.endpoint(&format!("node.{id}.http"))?,
        peer: settings.endpoint(&format!("node.{id}.peer"))?,
        admin: settings.has_section(&admin).then(|| settings.endpoint(&admin)).transpose()?,
        data: settings.data(id)?,
    })
}

fn storage(settings: &Settings) -> Result<Storage, Error> {
    let bytes = |key, most| settings.number(key, 1 << 20..=most);
    Ok(Storage {
        segment_bytes: bytes("storage.segment_bytes", 1 << 30)?,
        cache_bytes: bytes("storage.cache_bytes", 64 << 30)?,
        snapshot_log_bytes: bytes("storage.snapshot_log_bytes", 64 << 30)?,
    })
}

fn auth(settings: &Settings) -> Result<Auth, Error> {
    let buyers = match settings.text("auth.buyers")?.as_str() {
        "open" => Buyers::Open,
        "service" => Buyers::Service,
        _ => return Err(settings.wrong("auth.buyers")),
    };
    Ok(Auth {
        buyers,
        viewer: settings.secrets("auth.tokens.viewer")?,
        service: settings.secrets("auth.tokens.service")?,
        admin: settings.secrets("auth.tokens.admin")?,
    })
}

fn limits(settings: &Settings) -> Result<Limits, Error> {
    let count =
        |key, range| settings.number(key, range).map(|number| usize::try_from(number).unwrap_or(usize::MAX));
    Ok(Limits {
        body_bytes: count("limits.body_bytes", 1_024..=1 << 20)?,
        in_flight: count("limits.in_flight", 1..=1_000_000)?,
        request_timeout: settings
            .duration("limits.request_timeout", Duration::from_millis(100)..=Duration::from_secs(60))?,
        connections: count("limits.connections", 1..=1_000_000)?,
    })
}

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
    fn wrong(&self, key: &str) -> Error {
        let got = self.get(key).map(|entry| entry.value.to_string()).unwrap_or_default();
        Error::Wrong { origin: self.origin(key), key: key.to_owned(), got, takes: takes(key) }
    }

    fn text(&self, key: &str) -> Result<String, Error> {
        match self.value(key)? {
            Value::Text(text) => Ok(text),
            _ => Err(self.wrong(key)),
        }
    }

    fn flag(&self, key: &str) -> Result<bool, Error> {
        match self.value(key)? {
            Value::Flag(flag) => Ok(flag),
            _ => Err(self.wrong(key)),
        }
    }

    fn number(&self, key: &str, range: std::ops::RangeInclusive<u64>) -> Result<u64, Error> {
        match self.value(key)? {
            Value::Integer(number) => u64::try_from(number)
                .ok()
                .filter(|number| range.contains(number))
                .ok_or_else(|| self.wrong(key)),
            _ => Err(self.wrong(key)),
        }
    }

    fn duration(&self, key: &str, range: std::ops::RangeInclusive<Duration>) -> Result<Duration, Error> {
        let duration = humantime::parse_duration(&self.text(key)?).map_err(|_| self.wrong(key))?;
        if range.contains(&duration) { Ok(duration) } else { Err(self.wrong(key)) }
    }

    fn name(&self, key: &str) -> Result<String, Error> {
        let name = self.text(key)?;
        // A cluster's name has the form of a product's id.
        if engine::ProductId::new(&name).is_ok() { Ok(name) } else { Err(self.wrong(key)) }
    }

    fn endpoint(&self, section: &str) -> Result<Endpoint, Error> {
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

    fn data(&self, node: u64) -> Result<PathBuf, Error> {
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

    fn secrets(&self, key: &str) -> Result<Vec<Secret>, Error> {
        let Value::Secrets(texts) = self.value(key)? else { return Err(self.wrong(key)) };
        let resolve = |text: &String| Secret::resolve(text, self.base());
        texts.iter().map(resolve).collect::<Result<_, _>>().map_err(|source| Error::Secret {
            origin: self.origin(key),
            key: key.to_owned(),
            source,
            takes: takes(key),
        })
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
