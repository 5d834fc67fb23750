//! A simulator: started, running, shut down.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::account::Account;
use crate::api;
use crate::audit::{AccountAudit, Audit};
use crate::book::{AccountBook, Counters, Entry};
use crate::clock::Clock;
use crate::error::Error;
use crate::faults::Faults;
use crate::ledger::{self, LedgerError};
use crate::limits::Limits;
use crate::options::Options;
use crate::provider::{Provider, World};
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
        check(&options.accounts)?;
        let (books, counters, at, ledger) = replay(&options)?;
        let listen = |source| Error::Listen { address: options.listen, source };
        let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let client = webhooks::client(&options.webhooks).map_err(Error::Client)?;
        let provider = Arc::new(Provider {
            accounts: options.accounts,
            clock: Clock::new(options.clock, at),
            ledger,
            webhooks: options.webhooks,
            seed: options.seed,
            base: format!("http://{address}"),
            world: Mutex::new(World {
                books,
                counters,
                faults: Faults::new(options.faults, options.seed),
                limits: Limits::new(options.rates),
            }),
            bell: Notify::new(),
            stop: CancellationToken::new(),
            calls: TaskTracker::new(),
        });
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
        let now = self.provider.clock.now_ms();
        let mut world = self.provider.lock();
        self.provider.catch_up(&mut world, now);
        Audit { accounts: world.books.iter().map(AccountAudit::of).collect() }
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

impl Provider {
    /// Moves a virtual clock, and lets what is due happen before anybody looks.
    pub(crate) fn advance(&self, by: Duration) -> Option<i64> {
        let now = self.clock.advance(by)?;
        self.catch_up(&mut self.lock(), now);
        self.bell.notify_one();
        Some(now)
    }
}

fn check(accounts: &[Account]) -> Result<(), Error> {
    let wrong = |what: String| Err(Error::Options(what));
    if accounts.is_empty() {
        return wrong("there has to be an account".into());
    }
    let mut names: Vec<&str> = accounts
        .iter()
        .flat_map(|account| [&account.id, &account.secret_key, &account.publishable_key])
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair.first() == pair.last()) || names.contains(&"") {
        return wrong("every account has an id, a secret key and a publishable key of its own".into());
    }
    Ok(())
}

type Replayed = (Vec<AccountBook>, Counters, i64, ledger::Ledger);

fn replay(options: &Options) -> Result<Replayed, LedgerError> {
    let mut books: Vec<AccountBook> =
        options.accounts.iter().map(|account| AccountBook::new(&account.id)).collect();
    let (mut counters, mut latest) = (Counters::default(), 0);
    let ledger = ledger::open(&options.data, |entry: Entry| {
        let unknown =
            || LedgerError::UnknownAccount { path: options.data.clone(), account: entry.account.clone() };
        let book = books.iter_mut().find(|book| book.id == entry.account).ok_or_else(unknown)?;
        counters = Counters { serial: entry.serial, orders: entry.orders };
        latest = latest.max(entry.at);
        for change in entry.changes {
            book.apply(change);
        }
        Ok(())
    })?;
    Ok((books, counters, latest, ledger))
}
