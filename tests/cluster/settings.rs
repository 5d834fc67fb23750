//! The configuration of a test's cluster.

use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// What a test may want to be different.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) name: &'static str,
    pub(crate) segment_bytes: u32,
    pub(crate) snapshot_log_bytes: u32,
    /// What nodes log beside what an operator sees by default, for a test to wait for.
    pub(crate) also_logs: Option<&'static str>,
    /// More of the file, in front of its nodes.
    pub(crate) more: &'static str,
}

/// When a log is purged.
const PURGES: &str = "openraft::engine::handler::log_handler=info";

impl Default for Settings {
    fn default() -> Settings {
        // Segments are written in full when they are made: small ones start quickly.
        Settings {
            name: "test",
            segment_bytes: 4 << 20,
            snapshot_log_bytes: 64 << 20,
            also_logs: None,
            more: "",
        }
    }
}

impl Settings {
    /// As small as logs and snapshots get; when a log is purged is logged.
    pub(crate) fn small() -> Settings {
        let also_logs = Some(PURGES);
        Settings { segment_bytes: 1 << 20, snapshot_log_bytes: 1 << 20, also_logs, ..Settings::default() }
    }

    /// The text of `cluster.toml`.
    pub(crate) fn text(&self, ports: Ports) -> String {
        let Settings { name, segment_bytes, snapshot_log_bytes, more, .. } = self;
        let nodes: String = (1..=3).map(|node| section(ports, node)).collect();
        format!(
            "[cluster]\nname = \"{name}\"\n\n\
             [storage]\ndata = \"nodes\"\nsegment_bytes = {segment_bytes}\nsnapshot_log_bytes = {snapshot_log_bytes}\n\n\
             [auth]\nbuyers = \"open\"\n\n\
             [auth.tokens]\nservice = [\"{SERVICE}\"]\nadmin = [\"{ADMIN}\"]\n{more}{nodes}"
        )
    }
}

/// The tokens of a test's cluster.
pub(crate) const ADMIN: &str = "admin-token-of-a-test";
pub(crate) const SERVICE: &str = "service-token-of-a-test";

fn section(ports: Ports, node: u64) -> String {
    let (http, peer) = (ports.http(node), ports.peer(node));
    format!("\n[[node]]\nid = {node}\nhttp = {{ listen = \"{http}\" }}\npeer = {{ listen = \"{peer}\" }}\n")
}

/// The ports of a cluster.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports(u16);

impl Ports {
    /// Six free ports in a row, below those that the system gives to outgoing connections: a killed node must find its
    /// port again.
    pub(crate) fn free() -> Ports {
        let random = || u16::try_from(RandomState::new().hash_one(0) % 20_000).expect("below 20000");
        let mut tries = (0..1_000).map(|_| Ports(10_000 + random()));
        let free = |ports: &Ports| (1..=3).all(|node| is_free(ports.http(node)) && is_free(ports.peer(node)));
        tries.find(free).expect("there are free ports")
    }

    /// Where a node answers HTTP.
    pub(crate) fn http(self, node: u64) -> SocketAddr {
        self.address(node - 1)
    }

    /// Where a node answers its peers.
    pub(crate) fn peer(self, node: u64) -> SocketAddr {
        self.address(node + 2)
    }

    fn address(self, above: u64) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.0 + u16::try_from(above).expect("one of six")).into()
    }
}

fn is_free(address: SocketAddr) -> bool {
    TcpListener::bind(address).is_ok()
}
