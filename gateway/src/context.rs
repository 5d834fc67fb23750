//! What every handler is given: the ports, who is who, and the bounds of a request.

use std::future::Future;
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use engine::{Answer, Command, ProductId, Query, Scope, ShardId};
use prometheus_client::registry::Registry;
use tokio::sync::Semaphore;

use crate::drain::Drain;
use crate::identity::Identity;
use crate::metrics::Metrics;
use crate::port::{Sale, Settled, Submission, Unsettled};
use crate::ports::Ports;
use crate::problem::Problem;

/// How long after its deadline a port is given up on. Ports keep deadlines themselves; this is for one that hangs.
const GRACE: Duration = Duration::from_millis(250);

/// A handle on what all handlers share.
pub(crate) struct Context<P>(Arc<Shared<P>>);

/// What all handlers share.
pub(crate) struct Shared<P> {
    pub(crate) ports: P,
    pub(crate) identity: Identity,
    pub(crate) metrics: Metrics,
    pub(crate) registry: Arc<Mutex<Registry>>,
    pub(crate) drain: Drain,
    pub(crate) request_deadline: Duration,
    pub(crate) body_bytes_max: usize,
    /// Bodies of the provider's events that may be read at once: they are long, and anybody can begin one.
    pub(crate) events_at_once: Semaphore,
}

/// What was done, and whether it had been done before.
pub(crate) struct Done {
    pub(crate) answer: Answer,
    pub(crate) replayed: bool,
}

impl<P> Context<P> {
    pub(crate) fn new(shared: Shared<P>) -> Context<P> {
        Context(Arc::new(shared))
    }
}

impl<P> Clone for Context<P> {
    fn clone(&self) -> Context<P> {
        Context(Arc::clone(&self.0))
    }
}

impl<P> Deref for Context<P> {
    type Target = Shared<P>;

    fn deref(&self) -> &Shared<P> {
        &self.0
    }
}

impl<P: Ports> Context<P> {
    /// The shard that owns a product.
    pub(crate) fn shard_of(&self, product: &ProductId) -> ShardId {
        ShardId::of_product(product, self.ports.sale().shards())
    }

    /// The shard that an id carries, if there is such a shard: nothing lives on another.
    pub(crate) fn existing(&self, shard: ShardId) -> Result<ShardId, Problem> {
        if shard.0 < self.ports.sale().shards() { Ok(shard) } else { Err(Problem::not_found()) }
    }

    /// Proposes a command and waits for what it came to.
    pub(crate) async fn submit(
        &self,
        shard: ShardId,
        command: Command,
        scope: Option<Scope>,
        deadline: Instant,
    ) -> Result<Done, Problem> {
        let submission = Submission { shard, command, scope, deadline };
        match within(deadline, self.ports.sale().submit(submission)).await {
            None => Err(Unsettled::OutcomeUnknown.into()),
            Some(Err(unsettled)) => Err(unsettled.into()),
            Some(Ok(Settled::Refused(refusal))) => Err(refusal.into()),
            Some(Ok(Settled::Done { answer, replayed })) => Ok(Done { answer, replayed }),
        }
    }

    /// Asks a question. It changes nothing, so where a command's outcome would be unknown, this is just not available.
    pub(crate) async fn ask(
        &self,
        shard: ShardId,
        query: Query,
        deadline: Instant,
    ) -> Result<Answer, Problem> {
        match within(deadline, self.ports.sale().ask(shard, query, deadline)).await {
            None | Some(Err(Unsettled::OutcomeUnknown)) => Err(Unsettled::Unavailable.into()),
            Some(Err(unsettled)) => Err(unsettled.into()),
            Some(Ok(Err(refusal))) => Err(refusal.into()),
            Some(Ok(Ok(answer))) => Ok(answer),
        }
    }
}

/// Waits for a port until shortly after the deadline.
pub(crate) async fn within<F: Future>(deadline: Instant, port: F) -> Option<F::Output> {
    tokio::time::timeout_at((deadline + GRACE).into(), port).await.ok()
}
