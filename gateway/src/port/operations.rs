//! What operators look at: the cluster, and the self-audit.

use std::future::Future;
use std::time::Instant;

use engine::ProductId;
use serde::Serialize;

use super::audit::AuditReport;
use super::replacement::{NotReplaced, Replacement, ReplacementStatus};
use super::snapshot::{NoSnapshot, ShardSnapshot};

/// What operators look at.
pub trait Operations: Send + Sync + 'static {
    /// Nodes, shards, leaders, terms, log indexes, lag.
    fn cluster(&self) -> impl Future<Output = ClusterStatus> + Send;

    /// Takes a replacement further, by as much as can be done at once; to be asked again until it is done. A call that is
    /// dropped does no harm.
    ///
    /// # Errors
    /// Why it is not to be, or not by way of this node.
    fn replace(
        &self,
        replacement: Replacement,
    ) -> impl Future<Output = Result<ReplacementStatus, NotReplaced>> + Send;

    /// A snapshot of a shard with all that was acknowledged before it was asked for.
    ///
    /// # Errors
    /// That there is no such shard, or no snapshot by way of this node now.
    fn snapshot(
        &self,
        shard: u16,
        deadline: Instant,
    ) -> impl Future<Output = Result<ShardSnapshot, NoSnapshot>> + Send;

    /// The self-audit over all replicas, of one product or of all.
    fn audit(&self, product: Option<ProductId>) -> impl Future<Output = AuditReport> + Send;

    /// Whether this node can route attempts and is not draining.
    fn ready(&self) -> Result<(), String>;
}

/// The cluster as this node sees it.
#[derive(Clone, Debug, Serialize)]
pub struct ClusterStatus {
    /// The cluster's name.
    pub name: String,
    /// The node that answers.
    pub answered_by: u64,
    /// All nodes.
    pub nodes: Vec<NodeStatus>,
    /// All shards.
    pub shards: Vec<ShardStatus>,
}

/// A node of the cluster.
#[derive(Clone, Debug, Serialize)]
pub struct NodeStatus {
    /// Its id.
    pub id: u64,
    /// Where its HTTP side is to be reached.
    pub http: String,
    /// Where its peers reach it.
    pub peer: String,
    /// Whether the answering node could reach it.
    pub reachable: bool,
    /// The process id, where it is known.
    pub pid: Option<u32>,
}

/// A shard.
#[derive(Clone, Debug, Serialize)]
pub struct ShardStatus {
    /// Its number.
    pub id: u16,
    /// The node that leads it. None if no majority of its replicas could be reached, or the leader could not: who led
    /// is then not known to lead any more.
    pub leader: Option<u64>,
    /// The leader's term.
    pub term: u64,
    /// Who belongs to its group, as its log says.
    pub members: Vec<MemberStatus>,
    /// Each replica that could be reached.
    pub replicas: Vec<ReplicaStatus>,
}

/// A member of a shard's group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberStatus {
    /// On which node.
    pub node: u64,
    /// What it is there.
    pub role: MemberRole,
}

/// What a member of a shard's group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberRole {
    /// It votes.
    Voter,
    /// It learns, and does not vote.
    Learner,
    /// It votes, and will when nothing changes any more.
    Joining,
    /// It votes, and will not when nothing changes any more.
    Leaving,
}

/// A replica of a shard.
#[derive(Clone, Debug, Serialize)]
pub struct ReplicaStatus {
    /// On which node.
    pub node: u64,
    /// The last log index it has.
    pub last_log_index: u64,
    /// The last log index it has applied.
    pub applied_index: u64,
    /// How many entries it is behind the furthest.
    pub lag: u64,
    /// The index that its snapshot covers.
    pub snapshot_index: u64,
}
