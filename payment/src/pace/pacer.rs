//! The pacer: lets callers through when it is their turn.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::vocabulary::text::AccountName;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::admission::Admission;
use super::endpoints::Place;
pub use super::line::NotPaced;
use super::line::{Line, Wish};
use crate::client::{Endpoint, Limited};
use crate::config::Accounts;

/// What the pacer, its callers and admission share.
#[derive(Debug)]
pub(super) struct Shared {
    line: Mutex<Line<oneshot::Sender<()>>>,
    changed: Notify,
    epoch: Instant,
}

impl Shared {
    pub(super) fn line(&self) -> MutexGuard<'_, Line<oneshot::Sender<()>>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Duration {
        self.at(Instant::now())
    }

    pub(super) fn at(&self, moment: Instant) -> Duration {
        moment.saturating_duration_since(self.epoch)
    }

    /// Lets everybody through whose turn it is, and tells when it may be the next one's.
    fn let_through(&self) -> Option<Instant> {
        let now = self.now();
        let mut line = self.line();
        while let Some(waiter) = line.turn(now) {
            // Who left in this very moment wastes a token, which errs on the provider's side.
            let _gone = waiter.send(());
        }
        line.next_turn().map(|at| self.epoch + at)
    }
}

/// Keeps calls below the provider's limits. Owns one task, which ends with [`Pacer::shutdown`].
#[derive(Debug)]
pub struct Pacer {
    shared: Arc<Shared>,
    ended: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Pacer {
    /// A pacer for these accounts. Wants a runtime with a clock.
    pub fn new(accounts: &Accounts) -> Pacer {
        let line = Mutex::new(Line::new(accounts));
        let shared = Arc::new(Shared { line, changed: Notify::new(), epoch: Instant::now() });
        let ended = CancellationToken::new();
        let (runs, until) = (run(Arc::clone(&shared)), ended.clone());
        let task = tokio::spawn(async move {
            until.run_until_cancelled(runs).await;
        });
        Pacer { shared, ended, task: Mutex::new(Some(task)) }
    }

    /// Waits until a payment that is due at `due` may begin: its first call is about to have its turn then. Who is due
    /// earlier goes first. Whoever drops the future gives up the place.
    ///
    /// # Errors
    /// [`NotPaced`] if too many wait, the account is not known, or the pacer has ended.
    pub async fn begin(&self, account: &AccountName, due: Option<Instant>) -> Result<(), NotPaced> {
        self.wait(account, Wish::Begin, due).await
    }

    /// Waits for a turn to call `endpoint`. Who is due earlier goes first. Whoever drops the future gives up the place.
    ///
    /// # Errors
    /// [`NotPaced`] if too many wait, the account is not known, or the pacer has ended.
    pub async fn turn(
        &self,
        account: &AccountName,
        endpoint: Endpoint,
        due: Option<Instant>,
    ) -> Result<(), NotPaced> {
        self.wait(account, Wish::Call(endpoint), due).await
    }

    async fn wait(&self, account: &AccountName, wish: Wish, due: Option<Instant>) -> Result<(), NotPaced> {
        if self.ended.is_cancelled() {
            return Err(NotPaced::Ended);
        }
        let due = due.map_or(Duration::MAX, |due| self.shared.at(due));
        let (tell, told) = oneshot::channel();
        let place = self.shared.line().enqueue(account, wish, due, tell)?;
        let _waiting = Waiting { shared: &self.shared, account, wish, place };
        self.shared.changed.notify_one();
        tokio::select! {
            told = told => told.map_err(|_| NotPaced::Ended),
            () = self.ended.cancelled() => Err(NotPaced::Ended),
        }
    }

    /// The provider said that there were too many calls.
    pub fn complained(
        &self,
        account: &AccountName,
        endpoint: Endpoint,
        limited: Limited,
        after: Option<Duration>,
    ) {
        self.shared.line().complained(account, endpoint, limited, self.shared.now(), after);
    }

    /// Tells whether payments can be served.
    pub fn admission(&self) -> Admission {
        Admission { shared: Arc::clone(&self.shared) }
    }

    /// How many wait at an account.
    pub fn waiting(&self, account: &str) -> usize {
        self.shared.line().waiting(account)
    }

    /// Lets nobody through any more, and tells those who wait.
    pub async fn shutdown(&self) {
        self.ended.cancel();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            let _ended = task.await;
        }
    }
}

async fn run(shared: Arc<Shared>) {
    loop {
        match shared.let_through() {
            Some(next) => tokio::select! {
                () = sleep_until(next) => {}
                () = shared.changed.notified() => {}
            },
            None => shared.changed.notified().await,
        }
    }
}

/// Somebody's place in line, given up when this is dropped.
struct Waiting<'a> {
    shared: &'a Shared,
    account: &'a str,
    wish: Wish,
    place: Place,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.shared.line().leave(self.account, self.wish, self.place);
    }
}
