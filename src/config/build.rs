//! From settings to types.

use std::time::Duration;

use super::model::{Auth, Buyers, Cluster, Config, Limits, Node, Storage};
use super::schema::NODES;
use super::settings::Settings;
use super::{Error, provider};

/// Makes types of what was found.
pub(super) fn config(settings: &Settings) -> Result<Config, Error> {
    let mut ids: Vec<u64> = settings.items(&NODES).iter().filter_map(|id| id.parse().ok()).collect();
    ids.sort_unstable();
    Ok(Config {
        cluster: cluster(settings)?,
        nodes: ids.into_iter().map(|id| node(settings, id)).collect::<Result<_, _>>()?,
        storage: storage(settings)?,
        auth: auth(settings)?,
        limits: limits(settings)?,
        payment: provider::config(settings)?,
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
        drain_notice: settings.duration("limits.drain_notice", Duration::ZERO..=Duration::from_secs(300))?,
    })
}
