//! What no value can say alone: addresses that must differ, times that must fit, doors that must not stand open.

use super::model::{Buyers, Config, Node};
use super::settings::Settings;
use super::{Error, Secret};

/// How many nodes a cluster has.
const NODES: usize = 3;
/// The shortest token off loopback; on loopback, a shorter one is warned of.
pub(super) const TOKEN_MIN: usize = 16;

/// Checks a configuration as a whole.
pub(super) fn check(config: &Config, settings: &Settings) -> Result<(), Error> {
    if config.nodes.len() != NODES {
        return Err(Error::NodeCount { path: settings.path.clone(), count: config.nodes.len() });
    }
    check_times(config, settings)?;
    check_addresses(config, settings)?;
    check_peers(config, settings)?;
    check_tokens_differ(config, settings)?;
    check_service(config, settings)?;
    check_webhooks(config, settings)?;
    config.nodes.iter().try_for_each(|node| check_doors(node, config, settings))
}

fn check_times(config: &Config, settings: &Settings) -> Result<(), Error> {
    let cluster = &config.cluster;
    let rules = [
        ("election_timeout_min", cluster.election_timeout_min, cluster.heartbeat * 2, "two heartbeats"),
        ("election_timeout_max", cluster.election_timeout_max, cluster.election_timeout_min, "the minimum"),
    ];
    let broken = rules.into_iter().find(|(_, value, least, _)| value <= least);
    broken.map_or(Ok(()), |(key, value, least, why)| {
        Err(Error::Times {
            origin: settings.origin(&format!("cluster.{key}")),
            key,
            got: humantime::format_duration(value).to_string(),
            least: humantime::format_duration(least).to_string(),
            why,
        })
    })
}

/// No two listeners of the cluster are reached at one address, and no two of a node listen on one. Listeners of
/// different nodes may: on different machines, `0.0.0.0:8080` is not the same.
fn check_addresses(config: &Config, settings: &Settings) -> Result<(), Error> {
    let mut advertised: Vec<(String, String)> = Vec::new();
    for node in &config.nodes {
        let mut listened: Vec<(String, String)> = Vec::new();
        for (section, endpoint) in node.endpoints() {
            let key = |leaf| format!("node.{}.{section}.{leaf}", node.id);
            claim(&mut listened, key("listen"), endpoint.listen.to_string(), settings)?;
            let leaf = if settings.get(&key("advertise")).is_some() { "advertise" } else { "listen" };
            claim(&mut advertised, key(leaf), endpoint.advertise.clone(), settings)?;
        }
    }
    Ok(())
}

fn claim(
    taken: &mut Vec<(String, String)>,
    key: String,
    address: String,
    settings: &Settings,
) -> Result<(), Error> {
    if let Some((other, _)) = taken.iter().find(|(_, used)| *used == address) {
        return Err(Error::TwiceAddress {
            origin: settings.origin(&key),
            other: other.clone(),
            key,
            address,
        });
    }
    taken.push((key, address));
    Ok(())
}

fn check_peers(config: &Config, settings: &Settings) -> Result<(), Error> {
    let plain = |node: &&Node| !config.cluster.insecure && !node.peer.is_loopback();
    config.nodes.iter().find(plain).map_or(Ok(()), |node| {
        let key = format!("node.{}.peer.listen", node.id);
        Err(Error::PlainPeers { origin: settings.origin(&key), listen: node.peer.listen.to_string(), key })
    })
}

fn check_service(config: &Config, settings: &Settings) -> Result<(), Error> {
    let auth = &config.auth;
    if auth.buyers == Buyers::Service && auth.service.is_empty() && auth.admin.is_empty() {
        return Err(Error::NoService { path: settings.path.clone() });
    }
    Ok(())
}

fn check_webhooks(config: &Config, settings: &Settings) -> Result<(), Error> {
    match &config.payment {
        Some(payment) if payment.webhook_secrets.is_empty() => {
            Err(Error::NoWebhookSecret { path: settings.path.clone() })
        }
        _ => Ok(()),
    }
}

/// What holds for a node that others than this machine can reach.
fn check_doors(node: &Node, config: &Config, settings: &Settings) -> Result<(), Error> {
    let exposed =
        [Some(&node.http), node.admin.as_ref()].into_iter().flatten().find(|door| !door.is_loopback());
    let Some(door) = exposed else { return Ok(()) };
    let listen = door.listen.to_string();
    if config.auth.buyers == Buyers::Open && !config.cluster.insecure {
        return Err(Error::OpenBuyers { origin: settings.origin("auth.buyers"), node: node.id, listen });
    }
    if config.auth.admin.is_empty() {
        return Err(Error::NoAdmin { path: settings.path.clone(), node: node.id, listen });
    }
    let short = tokens(config).find(|(_, token)| token.expose().len() < TOKEN_MIN);
    short.map_or(Ok(()), |(role, token)| {
        let key = format!("auth.tokens.{role}");
        let (length, least) = (token.expose().len(), TOKEN_MIN);
        Err(Error::ShortToken { origin: settings.origin(&key), key, length, least, node: node.id, listen })
    })
}

/// A token in two places would have a role that nobody chose.
fn check_tokens_differ(config: &Config, settings: &Settings) -> Result<(), Error> {
    let mut seen: Vec<(&str, &Secret)> = Vec::new();
    for (role, token) in tokens(config) {
        if let Some((other, _)) = seen.iter().find(|(_, known)| *known == token) {
            let (key, other) = (format!("auth.tokens.{role}"), format!("auth.tokens.{other}"));
            return Err(Error::TwiceToken { origin: settings.origin(&key), key, other });
        }
        seen.push((role, token));
    }
    Ok(())
}

/// Every token with the name of its role.
pub(super) fn tokens(config: &Config) -> impl Iterator<Item = (&'static str, &Secret)> {
    let auth = &config.auth;
    let roles = [("viewer", &auth.viewer), ("service", &auth.service), ("admin", &auth.admin)];
    roles.into_iter().flat_map(|(role, tokens)| tokens.iter().map(move |token| (role, token)))
}
