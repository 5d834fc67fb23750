//! What the gateway needs from the rest of the house, as ports that the composition root ties to it.

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use engine::view::{OrderStatus, OrderView, ProductView, ReservationStatus, ReservationView};
use engine::{Answer, BuyerId, Command, OrderId, ProductId, Query, Refusal, ReservationId, Scope, ShardId};
pub use engine::{Settled, Unsettled};
use serde::Serialize;

/// A command on its way to its shard.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The shard that owns what the command is about.
    pub shard: ShardId,
    /// What shall be done.
    pub command: Command,
    /// The idempotency key, where the route takes one.
    pub scope: Option<Scope>,
    /// Until when the caller waits.
    pub deadline: Instant,
}

/// The sale: commands and questions by id, answered by the leader of the shard concerned, wherever it is.
pub trait Sale: Send + Sync + 'static {
    /// How many shards the cluster has.
    fn shards(&self) -> u16;

    /// Proposes a command and waits for what it came to, asking again with the same key after an unknown outcome, until
    /// the deadline.
    fn submit(&self, submission: Submission) -> impl Future<Output = Result<Settled, Unsettled>> + Send;

    /// Answers a question linearizably: what was acknowledged before is seen.
    fn ask(
        &self,
        shard: ShardId,
        query: Query,
        deadline: Instant,
    ) -> impl Future<Output = Result<Result<Answer, Refusal>, Unsettled>> + Send;

    /// A product as this node last saw it; fresh to a second or so. Cost: one map look-up, no message.
    fn product(&self, product: &ProductId) -> Option<Arc<ProductView>>;

    /// Products in the order of their ids, from behind `after`, at most `limit`.
    fn products(&self, after: Option<&ProductId>, limit: usize) -> Vec<Arc<ProductView>>;
}

/// A page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Whether there are more behind them.
    pub has_more: bool,
}

/// Which reservations or orders a list has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter<S> {
    /// Only this product's.
    pub product: Option<ProductId>,
    /// Only this buyer's.
    pub buyer: Option<BuyerId>,
    /// Only in this status.
    pub status: Option<S>,
}

/// The node's lists: fresh to a second or so.
pub trait Lists: Send + Sync + 'static {
    /// Reservations, newest first, from behind `after`.
    fn reservations(
        &self,
        filter: Filter<ReservationStatus>,
        after: Option<ReservationId>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<ReservationView>, ListsUnavailable>> + Send;

    /// Orders, newest first, from behind `after`.
    fn orders(
        &self,
        filter: Filter<OrderStatus>,
        after: Option<OrderId>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<OrderView>, ListsUnavailable>> + Send;
}

/// The node's lists cannot be read now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this node's lists cannot be read: {reason}")]
pub struct ListsUnavailable {
    /// Why.
    pub reason: String,
}

/// What operators look at.
pub trait Operations: Send + Sync + 'static {
    /// Nodes, shards, leaders, terms, log indexes, lag.
    fn cluster(&self) -> impl Future<Output = ClusterStatus> + Send;

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
    /// The node that leads it, as far as is known.
    pub leader: Option<u64>,
    /// The leader's term.
    pub term: u64,
    /// Each replica that could be reached.
    pub replicas: Vec<ReplicaStatus>,
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

/// What the self-audit found.
#[derive(Clone, Debug, Serialize)]
pub struct AuditReport {
    /// Whether everything adds up on every replica that could be reached, and a majority could.
    pub ok: bool,
    /// What does not, in sentences.
    pub violations: Vec<String>,
    /// Every product, on every replica.
    pub products: Vec<ProductAudit>,
    /// Every shard's replicas compared.
    pub shards: Vec<ShardAudit>,
}

/// A product's count on one replica: what the books say, and what recounting every reservation and order gives.
#[derive(Clone, Debug, Serialize)]
pub struct ProductAudit {
    /// Which one.
    pub product_id: String,
    /// On which node.
    pub node: u64,
    /// At which log index.
    pub index: u64,
    /// The books: all units.
    pub total: u64,
    /// The books: free units.
    pub available: u64,
    /// The books: held units.
    pub held: u64,
    /// The books: sold units.
    pub sold: u64,
    /// Recounted from the reservations.
    pub counted_held: u64,
    /// Recounted from the orders.
    pub counted_sold: u64,
    /// How many orders there are.
    pub orders: u64,
    /// Whether it is frozen.
    pub frozen: bool,
}

/// A shard's replicas at one log index.
#[derive(Clone, Debug, Serialize)]
pub struct ShardAudit {
    /// The shard.
    pub shard: u16,
    /// The newest log index at which the replicas could be compared.
    pub index: Option<u64>,
    /// The state hash of each at that index, in hexadecimal.
    pub hashes: Vec<ReplicaHash>,
}

/// One replica's state hash.
#[derive(Clone, Debug, Serialize)]
pub struct ReplicaHash {
    /// On which node.
    pub node: u64,
    /// The hash.
    pub hash: String,
}
