//! The payment provider, tied to the node: what is to be done goes from the desk to the saga, what came of it into the log.

mod gate;
mod journal;
mod metrics;
mod port;

use std::sync::Arc;

use engine::saga::SagaTasks;
use gateway::port::PaymentAccount;
use payment::Provider;
use payment::config::Config;
use payment::saga::{Rhythm, Saga};
use payment::webhook::Verifier;
use prometheus_client::registry::Registry;
use raft::desk::{Desk, News};
use raft::node::Node;
use raft::shard::gate::{Open, SharedGate};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Error;

pub(super) use port::NodePayments;

/// The provider, before there is a node that it works for.
pub(super) struct Till {
    provider: Arc<Provider>,
    verifier: Verifier,
    rhythm: Rhythm,
}

impl Till {
    /// The provider as configured, if one is.
    pub(super) fn open(config: Option<&Config>) -> Result<Option<Till>, Error> {
        let Some(config) = config else { return Ok(None) };
        let provider = Arc::new(Provider::new(config).map_err(Error::Provider)?);
        let verifier = Verifier::new(config.webhook_secrets.clone());
        Ok(Some(Till { provider, verifier, rhythm: Rhythm::of(config) }))
    }
}

/// What is asked before a payment begins: without a provider nobody is.
pub(super) fn gate(till: Option<&Till>) -> SharedGate {
    match till {
        Some(till) => Arc::new(gate::Queue(till.provider.admission())),
        None => Arc::new(Open),
    }
}

/// The saga at work for a node.
pub(super) struct Cashier {
    till: Till,
    saga: Arc<Saga>,
    end: CancellationToken,
    carrying: JoinHandle<()>,
}

impl Cashier {
    /// Begins to carry out what the shards that `node` leads want done.
    pub(super) fn employ(till: Till, node: &Arc<Node>) -> Cashier {
        let clock = {
            let node = Arc::downgrade(node);
            Arc::new(move |shard| node.upgrade().map_or(engine::LogTime(0), |node| node.log_time(shard)))
        };
        let journal = journal::NodeJournal(Arc::downgrade(node));
        let seed = Uuid::new_v4().as_u64_pair().0;
        let saga = Saga::start(Arc::clone(&till.provider), journal, clock, till.rhythm, seed);
        let (saga, end) = (Arc::new(saga), CancellationToken::new());
        let carrying = tokio::spawn(carry(Arc::clone(node.desk()), Arc::clone(&saga), end.clone()));
        Cashier { till, saga, end, carrying }
    }

    /// What the gateway asks.
    pub(super) fn port(&self, node: &Arc<Node>) -> NodePayments {
        NodePayments::at(Arc::clone(node), Arc::clone(&self.till.provider), self.till.verifier.clone())
    }

    /// Registers what is counted.
    pub(super) fn register(&self, registry: &mut Registry) {
        metrics::register(registry, &self.saga);
    }

    /// Ends all work. What is not done is found by whoever leads next.
    pub(super) async fn dismiss(self) {
        self.end.cancel();
        if self.carrying.await.is_err() {
            tracing::warn!("what carries tasks to the saga did not end in order");
        }
        self.saga.shutdown().await;
        self.till.provider.shutdown().await;
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

/// An account as buyers may see it.
fn shown(account: &payment::config::Account) -> PaymentAccount {
    PaymentAccount { name: account.name.clone(), publishable_key: account.publishable_key.clone() }
}
