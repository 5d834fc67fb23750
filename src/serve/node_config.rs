//! What the node is told, out of the configuration.

use raft::node::{Config as NodeConfig, Timing};

use crate::config::{Config, Node};

pub(super) fn of(config: &Config, node: &Node) -> NodeConfig {
    NodeConfig {
        cluster: config.cluster.name.clone(),
        node: node.id,
        http: node.http.advertise.clone(),
        members: config.nodes.iter().map(|node| (node.id, node.peer.advertise.clone())).collect(),
        shards: config.cluster.shards,
        data: node.data.clone(),
        timing: Timing {
            heartbeat: config.cluster.heartbeat,
            election_min: config.cluster.election_timeout_min,
            election_max: config.cluster.election_timeout_max,
        },
        segment_bytes: u32::try_from(config.storage.segment_bytes).unwrap_or(u32::MAX),
        cache_bytes: usize::try_from(config.storage.cache_bytes).unwrap_or(usize::MAX),
        snapshot_log_bytes: config.storage.snapshot_log_bytes,
        kept_entries: NodeConfig::KEPT_ENTRIES,
    }
}
