//! The sale: commands and questions by id.

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use engine::view::ProductView;
use engine::{Answer, Command, ProductId, Query, Refusal, Scope, Settled, ShardId, Unsettled};

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
