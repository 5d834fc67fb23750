//! What a node must be told.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::types::NodeId;

/// What a node must be told.
#[derive(Clone, Debug)]
pub struct Config {
    /// The cluster's name: nodes of another one are turned away.
    pub cluster: String,
    /// This node.
    pub node: NodeId,
    /// Where clients reach this node: what it tells the others, who do not know it from their configuration.
    pub http: String,
    /// The peer address of every node, this one included. They seed a new cluster; after that the log knows who is a
    /// member. The address of a node that is named here is taken from here all the same, so that a node can move.
    pub members: BTreeMap<NodeId, String>,
    /// How many shards the cluster has. Fixed when it is made.
    pub shards: u16,
    /// Where the node's data lies.
    pub data: PathBuf,
    /// Elections and heartbeats.
    pub timing: Timing,
    /// The size of a segment of the write-ahead log, in bytes.
    pub segment_bytes: u32,
    /// How many bytes of recent entries stay in memory, for all shards together.
    pub cache_bytes: usize,
    /// After how many bytes of log a shard takes a snapshot.
    pub snapshot_log_bytes: u64,
    /// How many entries stay in a shard's log behind its snapshot, so that who is not further behind than that is sent
    /// entries, and only who is, the snapshot. [`Config::KEPT_ENTRIES`] unless there is a reason.
    pub kept_entries: u64,
}

/// Elections and heartbeats. The same on all nodes.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How often a leader tells that it is there.
    pub heartbeat: Duration,
    /// A follower that hears nothing for longer than a random time from here…
    pub election_min: Duration,
    /// … to here stands for election. Also the time that a leader's quorum is good for.
    pub election_max: Duration,
}

impl Config {
    /// What [`Config::kept_entries`] is where nothing else is asked for: what a busy shard writes in about a second.
    pub const KEPT_ENTRIES: u64 = 256;

    /// The other nodes.
    pub(super) fn others(&self) -> Vec<NodeId> {
        self.members.keys().copied().filter(|&node| node != self.node).collect()
    }

    /// The node that should found `shard`'s group.
    pub(super) fn preferred(&self, shard: u16) -> NodeId {
        preferred(self.members.keys().copied(), shard).expect("a configuration names nodes")
    }

    /// openraft's settings.
    pub(super) fn raft(&self) -> openraft::Config {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        openraft::Config {
            cluster_name: self.cluster.clone(),
            heartbeat_interval: millis(self.timing.heartbeat),
            election_timeout_min: millis(self.timing.election_min),
            election_timeout_max: millis(self.timing.election_max),
            enable_pre_vote: Some(true),
            // A leader that lost its quorum falls silent, so that followers it can still reach elect another.
            quorum_loss_probe_interval: Some(2 * millis(self.timing.election_max) + 1),
            // What led before a restart must be elected again: its lease did not survive.
            enable_leader_restore: Some(false),
            // Snapshots are thought of in bytes; the shard's actor asks for them.
            snapshot_policy: openraft::SnapshotPolicy::Never,
            max_in_snapshot_log_to_keep: self.kept_entries,
            max_payload_entries: 64,
            broadcast_submitted_on_append: Some(true),
            install_snapshot_timeout: 60_000,
            ..openraft::Config::default()
        }
    }
}

/// The one of `nodes` that should lead `shard` if all are well: the shards go round the nodes, in order of their ids.
pub(super) fn preferred(nodes: impl IntoIterator<Item = NodeId>, shard: u16) -> Option<NodeId> {
    let nodes: Vec<NodeId> = nodes.into_iter().collect();
    nodes.get(usize::from(shard).checked_rem(nodes.len())?).copied()
}
