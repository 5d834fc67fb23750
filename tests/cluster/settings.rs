//! The configuration of a test's cluster.

use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use super::bank;

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
    /// Whether products can be paid at a [`super::Bank`].
    pub(crate) banked: bool,
    /// How often refunds that arrived are looked at again, if not daily.
    pub(crate) refund_recheck: Option<&'static str>,
    /// Nodes that may come in later.
    pub(crate) spares: &'static [u64],
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
            banked: false,
            refund_recheck: None,
            spares: &[],
        }
    }
}

impl Settings {
    /// As small as logs and snapshots get; when a log is purged is logged.
    pub(crate) fn small() -> Settings {
        let also_logs = Some(PURGES);
        Settings { segment_bytes: 1 << 20, snapshot_log_bytes: 1 << 20, also_logs, ..Settings::default() }
    }

    /// With a payment provider.
    pub(crate) fn banked() -> Settings {
        Settings { banked: true, ..Settings::default() }
    }

    /// The text of `cluster.toml`.
    pub(crate) fn text(&self, ports: Ports) -> String {
        self.text_of(ports, &[1, 2, 3])
    }

    /// The same, with these nodes in it.
    pub(crate) fn text_of(&self, ports: Ports, nodes: &[u64]) -> String {
        let Settings { name, segment_bytes, snapshot_log_bytes, more, banked, .. } = self;
        let payment = if *banked { bank::section(ports, self.refund_recheck) } else { String::new() };
        let nodes: String = nodes.iter().map(|&node| section(ports, node)).collect();
        format!(
            "[cluster]\nname = \"{name}\"\n\n\
             [storage]\ndata = \"nodes\"\nsegment_bytes = {segment_bytes}\nsnapshot_log_bytes = {snapshot_log_bytes}\n\n\
             [auth]\nbuyers = \"open\"\n\n\
             [auth.tokens]\nservice = [\"{SERVICE}\"]\nadmin = [\"{ADMIN}\"]\n{more}{payment}{nodes}"
        )
    }
}

/// The tokens of a test's cluster.
pub(crate) const ADMIN: &str = "admin-token-of-a-test";
pub(crate) const SERVICE: &str = "service-token-of-a-test";

/// Where the provider tells of its events.
pub(crate) const WEBHOOKS: &str = "/v1/webhooks/stripe";

fn section(ports: Ports, node: u64) -> String {
    let (http, peer) = (ports.http(node), ports.peer(node));
    format!("\n[[node]]\nid = {node}\nhttp = {{ listen = \"{http}\" }}\npeer = {{ listen = \"{peer}\" }}\n")
}

/// How many ports a cluster has: two of each node, those that may come in later included, and the payment provider's.
const PORTS: u64 = 2 * NODES_MAX + 1;
/// The highest id of a node.
const NODES_MAX: u64 = 6;

/// The ports of a cluster.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports(u16);

impl Ports {
    /// Free ports in a row, below those that the system gives to outgoing connections: a killed node must find its
    /// port again.
    pub(crate) fn free() -> Ports {
        let random = || u16::try_from(RandomState::new().hash_one(0) % 20_000).expect("below 20000");
        let mut tries = (0..1_000).map(|_| Ports(10_000 + random()));
        let free = |ports: &Ports| (0..PORTS).all(|above| is_free(ports.address(above)));
        tries.find(free).expect("there are free ports")
    }

    /// Where a node answers HTTP.
    pub(crate) fn http(self, node: u64) -> SocketAddr {
        self.address(node - 1)
    }

    /// Where a node answers its peers.
    pub(crate) fn peer(self, node: u64) -> SocketAddr {
        self.address(NODES_MAX + node - 1)
    }

    /// Where the payment provider answers.
    pub(crate) fn bank(self) -> SocketAddr {
        self.address(PORTS - 1)
    }

    fn address(self, above: u64) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.0 + u16::try_from(above).expect("one of a few")).into()
    }
}

fn is_free(address: SocketAddr) -> bool {
    TcpListener::bind(address).is_ok()
}
