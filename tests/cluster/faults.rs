//! What can be done to a cluster.

use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::Signal;

use super::api::ShardState;
use super::local::{Cluster, NODES};
use super::node::Exit;
use super::shelf::shard_of;
use super::wait::until_some;
use super::wires::Weather;

/// How long an election may take on a loaded machine.
const ELECTED_WITHIN: Duration = Duration::from_secs(10);

impl Cluster {
    /// Starts a node that does not run.
    pub(crate) fn start_node(&mut self, node: u64) {
        self.story.tell(format!("start {node}"));
        let config = self.config();
        self.node(node).start(&config);
    }

    /// Sets the weather on the wire by which `from` dials `to`: what the one asks, and what the other answers.
    pub(crate) fn weather(&self, from: u64, to: u64, weather: Weather) {
        self.story.tell(format!("{weather:?} from {from} to {to}"));
        self.wires.as_ref().expect("a cluster with wires").set(from, to, weather);
    }

    /// Sets the weather between a node and all others, both ways.
    pub(crate) fn weather_around(&self, node: u64, weather: Weather) {
        for other in self.others(node) {
            self.weather_between(node, other, weather);
        }
    }

    /// Sets the weather between two nodes, both ways.
    pub(crate) fn weather_between(&self, one: u64, other: u64, weather: Weather) {
        self.weather(one, other, weather);
        self.weather(other, one, weather);
    }

    /// Sets the weather everywhere.
    pub(crate) fn weather_everywhere(&self, weather: Weather) {
        for (one, other) in [(1, 2), (1, 3), (2, 3)] {
            self.weather_between(one, other, weather);
        }
    }

    /// How many pieces came late on the wires, and how many connections broke with one.
    pub(crate) fn harm(&self) -> (u64, u64) {
        self.wires.as_ref().expect("a cluster with wires").harm()
    }

    /// Starts a node that does not run, with a configuration of its own.
    pub(crate) fn start_node_with(&mut self, node: u64, config: &std::path::Path) {
        self.story.tell(format!("start {node} with {}", config.display()));
        self.node(node).start(config);
    }

    /// Kills nodes in the middle of whatever they do.
    pub(crate) fn kill(&mut self, nodes: &[u64]) {
        self.story.tell(format!("kill -9 {nodes:?}"));
        nodes.iter().for_each(|&node| self.node(node).kill());
    }

    /// Stops a node's processor, as a machine does that hangs.
    pub(crate) fn pause(&mut self, node: u64) {
        self.story.tell(format!("SIGSTOP {node}"));
        self.node(node).signal(Signal::STOP);
    }

    /// Lets a paused node go on as if nothing had been.
    pub(crate) fn resume(&mut self, node: u64) {
        self.story.tell(format!("SIGCONT {node}"));
        self.node(node).signal(Signal::CONT);
    }

    /// Asks a node to stop, and waits until it has.
    pub(crate) async fn stop(&mut self, node: u64) -> ExitStatus {
        self.story.tell(format!("SIGTERM {node}"));
        self.node(node).signal(Signal::TERM);
        let status = self.node(node).ended().await;
        self.story.tell(format!("{node} has ended: {status}"));
        status
    }

    /// Starts a node that is expected to end by itself, and waits until it has.
    pub(crate) async fn start_in_vain(&mut self, node: u64) -> Exit {
        self.story.tell(format!("start {node}, in vain"));
        let config = self.config();
        self.node(node).run_to_its_end(&config).await
    }

    /// The node that leads the shard of `product`, by the word of a node that runs and of the highest term.
    pub(crate) async fn leader_of(&self, product: &str) -> u64 {
        self.leader_within(shard_of(product), &self.up()).await
    }

    /// The node among `nodes` that leads `shard`, as `nodes` say.
    pub(crate) async fn leader_within(&self, shard: u16, nodes: &[u64]) -> u64 {
        until_some("a shard has a leader that runs", ELECTED_WITHIN, || async move {
            let mut said: Vec<ShardState> = Vec::new();
            for &node in nodes {
                said.extend(self.api.shard(node, shard).await);
            }
            let newest =
                said.into_iter().filter(|shard| shard.leader.is_some()).max_by_key(|shard| shard.term)?;
            newest.leader.filter(|leader| nodes.contains(leader))
        })
        .await
    }

    /// The nodes other than `node`.
    pub(crate) fn others(&self, node: u64) -> [u64; 2] {
        let others: Vec<u64> = NODES.into_iter().filter(|&other| other != node).collect();
        [others[0], others[1]]
    }
}
