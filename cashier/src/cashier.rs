//! The cashier: carries tasks from a node's desk to the saga, until the end.

use std::sync::Arc;

use engine::LogTime;
use engine::saga::SagaTasks;
use payment::saga::Saga;
use raft::desk::{Desk, News};
use raft::node::Node;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::journal::NodeJournal;
use super::till::Till;

/// The saga at work for a node. Owns its tasks, which end with [`Cashier::dismiss`].
pub struct Cashier {
    till: Till,
    saga: Arc<Saga>,
    end: CancellationToken,
    carrying: JoinHandle<()>,
}

impl Cashier {
    /// Begins to carry out what the shards that `node` leads want done. Wants a runtime.
    pub fn employ(till: Till, node: &Arc<Node>) -> Cashier {
        let clock = {
            let node = Arc::downgrade(node);
            Arc::new(move |shard| node.upgrade().map_or(LogTime(0), |node| node.log_time(shard)))
        };
        let journal = NodeJournal(Arc::downgrade(node));
        let seed = Uuid::new_v4().as_u64_pair().0;
        let saga = Saga::start(Arc::clone(till.provider()), journal, clock, till.rhythm, seed);
        let (saga, end) = (Arc::new(saga), CancellationToken::new());
        let carrying = tokio::spawn(carry(Arc::clone(node.desk()), Arc::clone(&saga), end.clone()));
        Cashier { till, saga, end, carrying }
    }

    /// The provider that it works with.
    pub fn till(&self) -> &Till {
        &self.till
    }

    /// The saga.
    pub fn saga(&self) -> &Arc<Saga> {
        &self.saga
    }

    /// Ends all work. What is not done is found by whoever leads next.
    pub async fn dismiss(self) {
        self.end.cancel();
        if self.carrying.await.is_err() {
            tracing::warn!("what carries tasks to the saga did not end in order");
        }
        self.saga.shutdown().await;
        self.till.provider().shutdown().await;
    }
}

/// Carries what is laid on the desk to the saga, until the end.
async fn carry(desk: Arc<Desk>, saga: Arc<Saga>, end: CancellationToken) {
    while let Some(news) = end.run_until_cancelled(desk.take()).await {
        for (shard, News { afresh, leads, sagas }) in news {
            match (afresh, leads) {
                (true, true) => saga.took(shard, sagas.into_values().flatten().collect()),
                (true, false) => saga.lost(shard),
                (false, _) => {
                    let saga_of = |(reservation, tasks)| SagaTasks { reservation, tasks };
                    saga.offer(shard, sagas.into_iter().map(saga_of).collect());
                }
            }
        }
    }
}
