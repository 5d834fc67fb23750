//! What a configuration says, in types. Whatever exists of these was checked.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::settings::Settings;
use super::{Error, Secret, build, rules, warnings};

/// A cluster as all its nodes are told of it.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) cluster: Cluster,
    /// In the order of their ids.
    pub(crate) nodes: Vec<Node>,
    pub(crate) storage: Storage,
    pub(crate) auth: Auth,
    pub(crate) limits: Limits,
    /// The payment provider, if there is one.
    pub(crate) payment: Option<payment::config::Config>,
}

/// What all nodes must agree on.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    /// Guards against a node that joins the wrong cluster.
    pub(crate) name: String,
    /// Fixed when the cluster is made: a product's shard is a hash modulo this.
    pub(crate) shards: u16,
    pub(crate) heartbeat: Duration,
    pub(crate) election_timeout_min: Duration,
    pub(crate) election_timeout_max: Duration,
    /// Off loopback, take open buyers and unencrypted peers all the same.
    pub(crate) insecure: bool,
}

/// A node.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) id: u64,
    pub(crate) http: Endpoint,
    pub(crate) peer: Endpoint,
    /// Where operator routes and metrics answer; with the others if there is none.
    pub(crate) admin: Option<Endpoint>,
    /// The node's own directory.
    pub(crate) data: PathBuf,
}

/// An address twice: where a node listens, and where others reach it.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) listen: SocketAddr,
    /// `host:port`.
    pub(crate) advertise: String,
}

/// What lies on disk, and how much of it in memory.
#[derive(Clone, Debug)]
pub(crate) struct Storage {
    /// The size of one file of the write-ahead log.
    pub(crate) segment_bytes: u64,
    /// How much of the newest log is kept in memory.
    pub(crate) cache_bytes: u64,
    /// How much log is written between two snapshots.
    pub(crate) snapshot_log_bytes: u64,
}

/// Who may do what.
#[derive(Clone, Debug)]
pub(crate) struct Auth {
    pub(crate) buyers: Buyers,
    /// Any of these reads.
    pub(crate) viewer: Vec<Secret>,
    /// Any of these acts for buyers.
    pub(crate) service: Vec<Secret>,
    /// Any of these does everything.
    pub(crate) admin: Vec<Secret>,
}

/// How a buyer is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Buyers {
    /// By the header `Buyer-Id` alone.
    Open,
    /// By the header `Buyer-Id` on the word of a service token.
    Service,
}

/// How much a node takes on.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) body_bytes: usize,
    /// Requests being worked on at one time.
    pub(crate) in_flight: usize,
    pub(crate) request_timeout: Duration,
    /// Connections of clients at one time.
    pub(crate) connections: usize,
    /// How long connections are still accepted after the signal to stop, while `/readyz` says no.
    pub(crate) drain_notice: Duration,
}

impl Config {
    /// Reads the file at `path`, with the process's environment over it.
    pub(crate) fn load(path: &Path) -> Result<Config, Error> {
        Config::of(&Settings::load(path, std::env::vars_os())?)
    }

    /// Makes types of settings, and checks them together.
    pub(super) fn of(settings: &Settings) -> Result<Config, Error> {
        let config = build::config(settings)?;
        rules::check(&config, settings)?;
        Ok(config)
    }

    /// What node `id` can be started with, and better was not.
    pub(crate) fn warnings(&self, id: u64) -> Vec<String> {
        let nodes: Vec<&Node> = self.nodes.iter().filter(|node| node.id == id).collect();
        warnings::of(self, &nodes)
    }

    /// The node with this id.
    pub(crate) fn node(&self, id: u64) -> Result<&Node, Error> {
        self.nodes.iter().find(|node| node.id == id).ok_or_else(|| Error::NoSuchNode {
            node: id,
            known: self.nodes.iter().map(|node| node.id.to_string()).collect::<Vec<_>>().join(", "),
        })
    }
}

impl Node {
    /// Every endpoint that it has, with the name of its section.
    pub(super) fn endpoints(&self) -> impl Iterator<Item = (&'static str, &Endpoint)> {
        let admin = self.admin.as_ref().map(|admin| ("admin", admin));
        [("http", &self.http), ("peer", &self.peer)].into_iter().chain(admin)
    }
}

impl Endpoint {
    /// Whether only this machine can reach it.
    pub(crate) fn is_loopback(&self) -> bool {
        self.listen.ip().is_loopback()
    }
}
