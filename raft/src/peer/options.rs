//! What a node's transport may be told; the same for the nodes it dials and those that dial it.

use std::sync::Arc;
use std::time::Duration;

use super::{Acquaintances, Tcp, Transport};
use crate::types::NodeId;

/// Settings of the transport. `Options::new` has the defaults; sizes must be alike on all nodes of a cluster.
#[derive(Debug, Clone)]
pub struct Options {
    /// The cluster's name, of at most 256 bytes. Nodes of another cluster are turned away.
    pub cluster: String,
    /// This node.
    pub node: NodeId,
    /// By which data directories this node and the others are known.
    pub acquaintances: Acquaintances,
    /// What carries the bytes. Default: TCP.
    pub transport: Arc<dyn Transport>,
    /// The largest frame, in bytes, checked before anything is allocated for it. At least 64 KiB.
    pub frame_bytes_max: usize,
    /// How long connecting, with the hello, may take; also how long an incoming connection may stay silent at first.
    pub connect_timeout: Duration,
    /// The longest wait between attempts to connect to a node that is down.
    pub backoff_max: Duration,
    /// How often a node asks whether a connection is alive.
    pub ping_interval: Duration,
    /// So many intervals without a byte from the other side end a connection.
    pub silent_intervals_max: u32,
    /// How long the writing of one batch of frames may take before the connection is given up.
    pub write_timeout: Duration,
    /// How long the answer to a replicated append may take. Not openraft's heartbeat interval: a slow disk is no
    /// reason to send everything again.
    pub append_timeout: Duration,
    /// Unanswered appends of one replication stream.
    pub appends_in_flight_max: usize,
    /// Unanswered appends and snapshot chunks on one connection.
    pub raft_requests_max: usize,
    /// Bytes of unanswered appends and snapshot chunks on one connection. At least one frame.
    pub raft_bytes_max: usize,
    /// Unanswered calls on one connection.
    pub calls_max: usize,
    /// Bytes of unanswered calls on one connection. At least one frame.
    pub call_bytes_max: usize,
    /// Unanswered votes, pre-votes, heartbeats and transfers of leadership on one connection.
    pub urgent_max: usize,
    /// The size of a piece of a snapshot, in bytes: heartbeats pass between pieces.
    pub snapshot_chunk_bytes: usize,
    /// How long the answer to one piece of a snapshot may take.
    pub snapshot_chunk_timeout: Duration,
    /// How long installing a snapshot that was received may take.
    pub snapshot_install_timeout: Duration,
    /// Snapshots that one connection may be sending at a time.
    pub snapshots_max: usize,
    /// Incoming connections, from all nodes together.
    pub connections_max: usize,
}

impl Options {
    /// The defaults, for `node` of `cluster`, which is known by its id alone.
    pub fn new(cluster: impl Into<String>, node: NodeId) -> Self {
        const MIB: usize = 1 << 20;
        Self {
            cluster: cluster.into(),
            node,
            acquaintances: Acquaintances::in_memory(node),
            transport: Arc::new(Tcp),
            frame_bytes_max: 8 * MIB,
            connect_timeout: Duration::from_secs(1),
            backoff_max: Duration::from_millis(100),
            ping_interval: Duration::from_millis(500),
            silent_intervals_max: 4,
            write_timeout: Duration::from_secs(10),
            append_timeout: Duration::from_secs(2),
            appends_in_flight_max: 64,
            raft_requests_max: 4096,
            raft_bytes_max: 64 * MIB,
            calls_max: 1024,
            call_bytes_max: 16 * MIB,
            urgent_max: 4096,
            snapshot_chunk_bytes: MIB / 4,
            snapshot_chunk_timeout: Duration::from_secs(5),
            snapshot_install_timeout: Duration::from_secs(60),
            snapshots_max: 4,
            connections_max: 256,
        }
    }
}
