//! The provider: the books of all accounts behind one lock, and what goes with them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::account::Account;
use crate::book::{AccountBook, Counters, Due, Step, Writ, settle};
use crate::clock::Clock;
use crate::faults::Faults;
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::options::Webhooks;

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
    /// The world. Held for one step, never across an `.await`.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A writ for what is nobody's request.
    pub(crate) fn own_writ(&self, now: i64) -> Writ {
        Writ { now, seed: self.seed, request: None, key: None, twist: None, base: self.base.clone() }
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
