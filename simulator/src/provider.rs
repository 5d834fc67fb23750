//! The provider: the books of all accounts behind one lock, and what goes with them.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::account::Account;
use crate::audit::{AccountAudit, Audit};
use crate::book::{AccountBook, Counters, Due, Step, Writ, settle};
use crate::clock::Clock;
use crate::faults::Faults;
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::options::{Options, Webhooks};
use crate::start::Start;

/// What changes.
pub(crate) struct World {
    /// In the order of the accounts.
    pub(crate) books: Vec<AccountBook>,
    pub(crate) counters: Counters,
    pub(crate) faults: Faults,
    pub(crate) limits: Limits,
}

/// The provider of one simulator.
pub(crate) struct Provider {
    pub(crate) accounts: Vec<Account>,
    pub(crate) clock: Clock,
    pub(crate) ledger: Ledger,
    pub(crate) webhooks: Webhooks,
    pub(crate) seed: u64,
    /// What the addresses of pages begin with.
    pub(crate) base: String,
    pub(crate) world: Mutex<World>,
    /// Rung when something may have become due.
    pub(crate) bell: Notify,
    pub(crate) stop: CancellationToken,
    /// Requests under way: they go on when their client has given up.
    pub(crate) calls: TaskTracker,
}

impl Provider {
    /// The provider as it is set up, reached at `base`.
    pub(crate) fn new(options: Options, base: String, start: Start) -> Provider {
        let Start { books, counters, at, ledger } = start;
        Provider {
            accounts: options.accounts,
            clock: Clock::new(options.clock, at),
            ledger,
            webhooks: options.webhooks,
            seed: options.seed,
            base,
            world: Mutex::new(World {
                books,
                counters,
                faults: Faults::new(options.faults, options.seed),
                limits: Limits::new(options.rates),
            }),
            bell: Notify::new(),
            stop: CancellationToken::new(),
            calls: TaskTracker::new(),
        }
    }

    /// The world. Held for one step, never across an `.await`.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A writ for what is nobody's request.
    pub(crate) fn own_writ(&self, now: i64) -> Writ {
        let base = self.base.clone();
        Writ { now, seed: self.seed, request: None, key: None, order: None, twist: None, base }
    }

    /// Makes one step in the books of an account, and gives what changed to the ledger.
    pub(crate) fn step<R>(
        &self,
        world: &mut World,
        account: usize,
        writ: &Writ,
        act: impl FnOnce(&mut Step<'_>) -> R,
    ) -> R {
        let World { books, counters, faults, .. } = world;
        let book = books.get_mut(account).expect("there are books for every account");
        let mut step = Step::new(book, counters, faults, writ);
        let result = act(&mut step);
        if let Some(entry) = step.end() {
            self.ledger.append(&entry);
            self.bell.notify_one();
        }
        result
    }

    /// The whole ledger as it is now.
    pub(crate) fn audit(&self) -> Audit {
        let now = self.clock.now_ms();
        let mut world = self.lock();
        self.catch_up(&mut world, now);
        Audit { accounts: world.books.iter().map(AccountAudit::of).collect() }
    }

    /// Moves a virtual clock, and lets what is due happen before anybody looks.
    pub(crate) fn advance(&self, by: Duration) -> Option<i64> {
        let now = self.clock.advance(by)?;
        self.catch_up(&mut self.lock(), now);
        self.bell.notify_one();
        Some(now)
    }

    /// Lets everything happen that is due by now, so that nobody sees a hold that has ended.
    pub(crate) fn catch_up(&self, world: &mut World, now: i64) {
        let writ = self.own_writ(now);
        for account in 0..world.books.len() {
            while let Some((at, due)) = next_due(world, account, now) {
                self.step(world, account, &writ, |step| settle(step, at, &due));
            }
        }
    }
}

/// Takes the next thing that is due off the agenda of an account.
fn next_due(world: &mut World, account: usize, now: i64) -> Option<(i64, Due)> {
    let agenda = &mut world.books.get_mut(account)?.agenda;
    if agenda.first().is_none_or(|(at, _)| *at > now) {
        return None;
    }
    agenda.pop_first()
}
