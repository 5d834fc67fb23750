//! The gateway's sale, tied to the node.

use std::sync::Arc;
use std::time::Instant;

use engine::view::ProductView;
use engine::{Answer, ProductId, Query, Refusal, Settled, ShardId, Unsettled};
use gateway::port::{Sale, Submission};
use raft::node::Node;
use raft::shard::request::Ask;

/// Commands and questions, by way of this node.
pub(super) struct NodeSale(pub(super) Arc<Node>);

impl Sale for NodeSale {
    fn shards(&self) -> u16 {
        self.0.config().shards
    }

    async fn submit(&self, submission: Submission) -> Result<Settled, Unsettled> {
        let Submission { shard, command, scope, deadline } = submission;
        self.0.ask(shard, Ask::Command(command, scope), deadline.into()).await
    }

    async fn ask(
        &self,
        shard: ShardId,
        query: Query,
        deadline: Instant,
    ) -> Result<Result<Answer, Refusal>, Unsettled> {
        let settled = self.0.ask(shard, Ask::Query(query), deadline.into()).await?;
        Ok(match settled {
            Settled::Done { answer, .. } => Ok(answer),
            Settled::Refused(refusal) => Err(refusal),
        })
    }

    fn product(&self, product: &ProductId) -> Option<Arc<ProductView>> {
        self.0.board().product(product)
    }

    fn products(&self, after: Option<&ProductId>, limit: usize) -> Vec<Arc<ProductView>> {
        self.0.board().products(after, limit)
    }
}
