//! A simulator: started, running, shut down.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::account::Account;
use crate::api;
use crate::audit::Audit;
use crate::error::Error;
use crate::options::Options;
use crate::provider::Provider;
use crate::start::Start;
use crate::{server, webhooks};

/// The payment provider simulator.
pub struct Simulator;

/// A simulator that runs. It owns all its tasks; dropping it stops them without waiting.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    provider: Arc<Provider>,
    tasks: Vec<JoinHandle<()>>,
}

impl Simulator {
    /// Reads the ledger, listens, and serves until [`Running::shutdown`].
    ///
    /// # Errors
    ///
    /// If the options contradict themselves, the ledger does not open or the address cannot be listened on.
    pub async fn start(options: Options) -> Result<Running, Error> {
        options.check()?;
        let start = Start::replay(&options)?;
        let listen = |source| Error::Listen { address: options.listen, source };
        let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let client = webhooks::client(&options.webhooks).map_err(Error::Client)?;
        let provider = Arc::new(Provider::new(options, format!("http://{address}"), start));
        let tasks = vec![
            tokio::spawn(server::serve(listener, Arc::clone(&provider))),
            tokio::spawn(webhooks::run(Arc::clone(&provider), client)),
        ];
        tracing::info!(%address, "the payment provider simulator listens");
        Ok(Running { address, provider, tasks })
    }
}

impl Running {
    /// What clients are pointed at: `http://address`.
    pub fn url(&self) -> &str {
        &self.provider.base
    }

    /// The accounts, with their keys.
    pub fn accounts(&self) -> &[Account] {
        &self.provider.accounts
    }

    /// Has all events of an account told to `url`, which begins with `http://`, and to nobody that was told before. Gives
    /// the secret that they are signed with; nothing if there is no such account. No fault strikes it, as it is no
    /// request.
    pub fn subscribe(&self, account: &Account, url: impl Into<String>) -> Option<String> {
        let number = self.provider.accounts.iter().position(|known| known.id == account.id)?;
        let writ = self.provider.own_writ(self.provider.clock.now_ms());
        let mut world = self.provider.lock();
        Some(self.provider.step(&mut world, number, &writ, |step| api::subscribe(step, url.into())))
    }

    /// The whole ledger as it is now. Costs time and memory in proportion to it.
    pub fn audit(&self) -> Audit {
        self.provider.audit()
    }

    /// How often each rule of the fault script has struck, in the script's order.
    pub fn faults_struck(&self) -> Vec<u64> {
        self.provider.lock().faults.struck()
    }

    /// What the clock shows, in milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> i64 {
        self.provider.clock.now_ms()
    }

    /// Moves a virtual clock and lets what is due happen; gives the new time in milliseconds. `None` if the simulator
    /// runs by the machine's clock.
    pub fn advance(&self, by: Duration) -> Option<i64> {
        self.provider.advance(by)
    }

    /// Stops accepting, lets requests under way finish, and closes the ledger. What was answered is in it.
    pub async fn shutdown(mut self) {
        self.provider.stop.cancel();
        for task in self.tasks.drain(..) {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of the simulator panicked");
            }
        }
        self.provider.calls.close();
        self.provider.calls.wait().await;
        let provider = Arc::clone(&self.provider);
        if let Err(error) = tokio::task::spawn_blocking(move || provider.ledger.close()).await {
            tracing::error!(%error, "closing the simulator's ledger panicked");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.provider.stop.cancel();
        for task in &self.tasks {
            task.abort();
        }
    }
}
