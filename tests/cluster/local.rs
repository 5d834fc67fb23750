//! A cluster of three nodes on this machine.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;

use super::api::Api;
use super::chance;
use super::door::Door;
use super::node::Node;
use super::reason;
use super::settings::{Ports, Settings};
use super::story::Story;
use super::turn::Turn;
use super::wait::until;
use super::wires::Wires;

/// The nodes.
pub(crate) const NODES: [u64; 3] = [1, 2, 3];

/// How long a cluster or a node may take to be ready, on a machine that builds something else as well.
pub(crate) const READY_WITHIN: Duration = Duration::from_secs(30);
/// How much of each node's log is shown when a test fails.
const LOG_LINES: usize = 40;

/// A cluster of three nodes. When it is dropped they are killed; if that is because the test fails, it tells the seed,
/// what was done when, how the nodes' logs end, and last the reason again.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) seed: u64,
    pub(crate) api: Api,
    pub(crate) story: Story,
    pub(crate) nodes: Vec<Node>,
    pub(crate) ports: Ports,
    pub(super) wires: Option<Wires>,
    directory: TempDir,
    settings: Settings,
    // Last, so that the next test begins when all of this one is gone.
    _turn: Turn,
}

impl Cluster {
    /// Starts a cluster and waits until it is ready.
    pub(crate) async fn start(settings: Settings) -> Cluster {
        let mut cluster = Cluster::prepare(settings);
        cluster.begin().await;
        cluster
    }

    /// The same with wires between the nodes, for [`Cluster::weather`].
    pub(crate) async fn wired(settings: Settings) -> Cluster {
        let mut cluster = Cluster::prepare(settings);
        cluster.string_wires().await;
        cluster.begin().await;
        cluster
    }

    /// Strings wires between nodes of which none runs yet.
    pub(crate) async fn string_wires(&mut self) {
        let wires = Wires::string(self.ports, self.seed).await;
        NODES.into_iter().for_each(|node| self.node(node).told(wires.environment(node)));
        self.wires = Some(wires);
    }

    /// Starts all nodes, of which none was started yet, and waits until they are ready.
    pub(crate) async fn begin(&mut self) {
        NODES.into_iter().for_each(|node| self.start_node(node));
        self.ready().await;
    }

    /// A cluster of which nothing runs yet.
    pub(crate) fn prepare(settings: Settings) -> Cluster {
        reason::remember();
        let turn = Turn::take();
        let seed = chance::seed();
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        let ports = Ports::free();
        std::fs::write(directory.path().join("cluster.toml"), settings.text(ports)).expect("written");
        let ids = NODES.iter().chain(settings.spares);
        let nodes = ids.map(|&id| Node::new(id, ports.http(id), directory.path(), settings.also_logs));
        let nodes: Vec<Node> = nodes.collect();
        let doors: Vec<(u64, SocketAddr)> = nodes.iter().map(|node| (node.id, node.http)).collect();
        Cluster {
            seed,
            api: Api { door: Door::new(doors) },
            story: Story::begin(seed),
            nodes,
            ports,
            wires: None,
            directory,
            settings,
            _turn: turn,
        }
    }

    /// Where the configuration is.
    pub(crate) fn config(&self) -> PathBuf {
        self.file("cluster.toml")
    }

    /// A file beside the configuration.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// From now on, nodes are started with `settings`, on other ports.
    pub(crate) fn configure_aside(&mut self, settings: &Settings) {
        self.ports = Ports::free();
        std::fs::write(self.config(), settings.text(self.ports)).expect("written");
    }

    /// A configuration in which `new` has the place of `old`, beside that of the others.
    pub(crate) fn config_with(&self, old: u64, new: u64) -> PathBuf {
        let members = self.api.door.members().into_iter();
        let nodes: Vec<u64> = members.map(|node| if node == old { new } else { node }).collect();
        let path = self.file(&format!("cluster-with-{new}.toml"));
        std::fs::write(&path, self.settings.text_of(self.ports, &nodes)).expect("written");
        path
    }

    /// The configuration of another cluster on the same machine, with data of its own.
    pub(crate) fn config_of_another(&self, name: &'static str, nodes: &[u64], banked: bool) -> PathBuf {
        let settings = Settings { name, banked, ..self.settings.clone() };
        let text =
            settings.text_of(self.ports, nodes).replace("data = \"nodes\"", &format!("data = \"{name}\""));
        let path = self.file(&format!("{name}.toml"));
        std::fs::write(&path, text).expect("written");
        path
    }

    /// Where a node's data is.
    pub(crate) fn data(&self, node: u64) -> PathBuf {
        self.directory.path().join("nodes").join(format!("node-{node}"))
    }

    /// A node.
    pub(crate) fn node(&mut self, id: u64) -> &mut Node {
        self.nodes.iter_mut().find(|node| node.id == id).expect("a node of the cluster")
    }

    /// The nodes that were not killed.
    pub(crate) fn up(&self) -> Vec<u64> {
        self.nodes.iter().filter(|node| node.is_up()).map(|node| node.id).collect()
    }

    /// Waits until every node that runs answers, and knows a leader of every shard.
    pub(crate) async fn ready(&mut self) {
        let (api, up) = (self.api.clone(), self.up());
        until("the cluster is ready", READY_WITHIN, || all_ready(&api, &up)).await;
        self.story.tell(format!("ready: {up:?}"));
    }
}

async fn all_ready(api: &Api, nodes: &[u64]) -> bool {
    for &node in nodes {
        if !api.is_ready(node).await {
            return false;
        }
        let shards = api.shards(node).await.unwrap_or_default();
        if shards.is_empty() || shards.iter().any(|shard| shard.leader.is_none()) {
            return false;
        }
    }
    true
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        eprintln!("\n--- the story; what follows repeats it: {}", self.story.text());
        for node in &mut self.nodes {
            let (id, condition) = (node.id, node.condition());
            eprintln!("--- node {id} {condition}; the end of its log:\n{}\n", node.last_words(LOG_LINES));
        }
        if std::env::var_os("FLASHSALE_KEEP").is_some() {
            self.directory.disable_cleanup(true);
            eprintln!("--- kept: {}", self.directory.path().display());
        }
        eprintln!("--- the reason, FLASHSALE_SEED={}: {}", self.seed, reason::last());
    }
}
