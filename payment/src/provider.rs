//! The provider as the rest of the house calls it: each call waits for its turn, is made once, and is counted.

use std::sync::Arc;

use engine::vocabulary::text::AccountName;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::client::{Call, Client, NoClient, Reason, Transport, Verdict};
use crate::config::{Accounts, Config};
use crate::metrics::{Metrics, Snapshot};
use crate::pace::{Admission, NotPaced, Pacer};

/// The provider. One for a node: its pace is that of all calls.
#[derive(Debug)]
pub struct Provider {
    client: Client,
    pacer: Pacer,
    accounts: Arc<Accounts>,
    pub(crate) metrics: Metrics,
}

impl Provider {
    /// The provider as configured. Wants a runtime.
    ///
    /// # Errors
    /// [`NoClient`] if the provider is to be known by its certificate, and this machine has no roots.
    pub fn new(config: &Config) -> Result<Provider, NoClient> {
        Ok(Provider::by(Client::new(config)?, config))
    }

    /// The provider as configured, to which requests go by `transport`. Wants a runtime.
    pub fn over(transport: Arc<dyn Transport>, config: &Config) -> Provider {
        Provider::by(Client::over(transport, config), config)
    }

    fn by(client: Client, config: &Config) -> Provider {
        Provider {
            client,
            pacer: Pacer::new(&config.accounts),
            accounts: Arc::new(config.accounts.clone()),
            metrics: Metrics::default(),
        }
    }

    /// Waits until a payment at `account` may begin, and tells whether it may: not if it is broken off, or if no wait is
    /// possible now.
    pub async fn begin(
        &self,
        account: &AccountName,
        due: Option<Instant>,
        broken_off: &CancellationToken,
    ) -> bool {
        let turn = self.pacer.begin(account, due);
        matches!(broken_off.run_until_cancelled(turn).await, Some(Ok(())))
    }

    /// Waits for the call's turn and makes it, once. `due` says who goes first; nothing is due if it may be done however
    /// late. Who is broken off before the turn has come has sent nothing; a call that was sent is waited for.
    pub async fn call(&self, call: &Call, due: Option<Instant>, broken_off: &CancellationToken) -> Verdict {
        let turn = self.pacer.turn(&call.account, call.endpoint, due);
        match broken_off.run_until_cancelled(turn).await {
            Some(Ok(())) => self.send(call).await,
            Some(Err(NotPaced::Full)) => Verdict::retry(Reason::QueueFull),
            Some(Err(NotPaced::NoAccount)) => Verdict::retry(Reason::NoAccount),
            Some(Err(NotPaced::Ended)) | None => Verdict::retry(Reason::BrokenOff),
        }
    }

    async fn send(&self, call: &Call) -> Verdict {
        let sent = Instant::now();
        let verdict = self.client.send(call).await;
        self.metrics.called(call.endpoint, &verdict, sent.elapsed());
        if let Verdict::Retry(retry) = &verdict
            && let Reason::RateLimited(limited) = retry.reason
        {
            self.pacer.complained(&call.account, call.endpoint, limited, retry.after);
        }
        verdict
    }

    /// The shop's accounts.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Tells whether payments can be served.
    pub fn admission(&self) -> Admission {
        self.pacer.admission()
    }

    /// What the calls came to.
    pub fn metrics(&self) -> Snapshot {
        let waiting = self.accounts.iter().map(|account| account.name.clone());
        let waiting = waiting.map(|name| (name.clone(), self.pacer.waiting(&name))).collect();
        Snapshot { waiting, ..self.metrics.snapshot() }
    }

    /// Lets no call go out any more. Those that wait for their turn are broken off.
    pub async fn shutdown(&self) {
        self.pacer.shutdown().await;
    }
}
