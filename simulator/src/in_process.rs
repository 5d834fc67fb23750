//! A simulator within its caller's process and time: it listens nowhere, and keeps its ledger in memory.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use crate::audit::Audit;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::options::Options;
use crate::provider::Provider;
use crate::server::{Asked, Reaction, react};
use crate::start::Start;

/// A simulator that is asked without a network, for simulations of all that speaks to a provider. With a virtual
/// clock and a paused runtime nothing in it goes by the machine's time. Webhooks are delivered to nobody.
pub struct InProcess {
    provider: Arc<Provider>,
}

impl InProcess {
    /// A simulator without any history. Of `options` the address, the directory and the webhooks mean nothing.
    ///
    /// # Errors
    /// If the options contradict themselves.
    pub fn new(options: Options) -> Result<InProcess, Error> {
        options.check()?;
        let base = format!("http://{}", options.listen);
        let start = Start::without_history(&options.accounts, Ledger::nowhere());
        Ok(InProcess { provider: Arc::new(Provider::new(options, base, start)) })
    }

    /// The answer to a request; nothing if a fault resets its connection. What was begun is done, also if whoever waits
    /// gives up: as long as the future is polled.
    pub async fn answer(&self, request: Request<Bytes>) -> Option<Response<Bytes>> {
        match react(Arc::clone(&self.provider), Asked::from(request)).await {
            Reaction::Answer(answer) => Some(answer.into_response()),
            Reaction::Cut => None,
        }
    }

    /// The whole ledger as it is now. Costs time and memory in proportion to it.
    pub fn audit(&self) -> Audit {
        self.provider.audit()
    }

    /// How many changes there were: an audit shows nothing new for as long as this stays.
    pub fn changes(&self) -> u64 {
        self.provider.lock().counters.serial
    }

    /// Moves a virtual clock and lets what is due happen; gives the new time in milliseconds. `None` if the simulator runs
    /// by the machine's clock.
    pub fn advance(&self, by: Duration) -> Option<i64> {
        self.provider.advance(by)
    }
}
