//! The line of those who want to call the provider: who may go, when it is looked again, how long it takes.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::vocabulary::text::AccountName;

use super::endpoints::{Endpoints, Place};
use super::promises::Promises;
use crate::client::{Endpoint, Limited};
use crate::config::Accounts;

/// How many may wait at one account: more would not be served within the quarter of an hour that a payment has.
const WAITING_MAX: usize = 50_000;
/// What a payment takes besides waiting for its turns: the log, and the provider's answers to two calls.
const UNDER_WAY: Duration = Duration::from_secs(3);

/// Why somebody may not wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPaced {
    /// Too many wait already.
    #[error("too many calls wait for their turn at this account: try again later")]
    Full,
    /// Nothing is known of the account.
    #[error("no payment account of this name is configured")]
    NoAccount,
    /// The line ended.
    #[error("the node stops, and calls the provider no more")]
    Ended,
}

#[derive(Debug)]
struct Account<W> {
    endpoints: Endpoints<W>,
    promises: Promises,
}

/// Those who wait, at all accounts. `W` is how to tell one that it is their turn. Times are since whenever the owner
/// likes, and never go back.
#[derive(Debug)]
pub(super) struct Line<W> {
    accounts: BTreeMap<AccountName, Account<W>>,
    arrivals: u64,
}

impl<W> Line<W> {
    pub(super) fn new(accounts: &Accounts) -> Line<W> {
        let account = |account: &crate::config::Account| {
            let endpoints = Endpoints::new(account.rates);
            (account.name.clone(), Account { endpoints, promises: Promises::default() })
        };
        Line { accounts: accounts.iter().map(account).collect(), arrivals: 0 }
    }

    /// Puts somebody into line who is due at `due`, and tells their place.
    pub(super) fn enqueue(
        &mut self,
        account: &str,
        endpoint: Endpoint,
        due: Duration,
        waiter: W,
    ) -> Result<Place, NotPaced> {
        let account = self.accounts.get_mut(account).ok_or(NotPaced::NoAccount)?;
        if account.endpoints.waiting >= WAITING_MAX {
            return Err(NotPaced::Full);
        }
        if endpoint == Endpoint::CreateIntent {
            account.promises.came();
        }
        self.arrivals += 1;
        let place = (due, self.arrivals);
        account.endpoints.enqueue(endpoint, place, waiter);
        Ok(place)
    }

    /// Somebody does not wait any more.
    pub(super) fn leave(&mut self, account: &str, endpoint: Endpoint, place: Place) {
        if let Some(account) = self.accounts.get_mut(account) {
            account.endpoints.leave(endpoint, place);
        }
    }

    /// Somebody whose turn it is at `now`; call until there is none.
    pub(super) fn turn(&mut self, now: Duration) -> Option<W> {
        self.accounts.values_mut().find_map(|account| account.endpoints.turn(now))
    }

    /// When it may be somebody's turn next.
    pub(super) fn next_turn(&self) -> Option<Duration> {
        self.accounts.values().filter_map(|account| account.endpoints.next_turn()).min()
    }

    /// The provider said that there were too many calls.
    pub(super) fn complained(
        &mut self,
        account: &str,
        endpoint: Endpoint,
        limited: Limited,
        now: Duration,
        after: Option<Duration>,
    ) {
        let Some(account) = self.accounts.get_mut(account) else { return };
        match limited {
            Limited::Account => account.endpoints.bucket.cut(now, after),
            Limited::Endpoint => account.endpoints.queue_mut(endpoint).bucket.cut(now, after),
            // It is one object that was asked for too often: the call itself waits, and nobody else.
            Limited::Resource => {}
        }
    }

    /// How many wait at an account.
    pub(super) fn waiting(&self, account: &str) -> usize {
        self.accounts.get(account).map_or(0, |account| account.endpoints.waiting)
    }

    /// Promises a payment that it will be authorized by `deadline`, or tells by how much it would be late.
    pub(super) fn promise(
        &mut self,
        account: &str,
        now: Duration,
        deadline: Duration,
    ) -> Result<(), Duration> {
        let Some(account) = self.accounts.get_mut(account) else { return Err(UNDER_WAY) };
        let served = now.saturating_add(account.takes(now));
        if served > deadline || account.endpoints.waiting >= WAITING_MAX {
            return Err(served.saturating_sub(deadline));
        }
        account.promises.promise(now);
        Ok(())
    }
}

impl<W> Account<W> {
    /// How long a payment takes that comes now. All that wait for a time go before it, since whoever came earlier is due earlier; what
    /// may be done however late does not. Those promised and those to be created want to be confirmed, too. It is a bound from the rates as they are.
    fn takes(&mut self, now: Duration) -> Duration {
        let waiting = |endpoint| self.endpoints.queue(endpoint).waiting.len();
        let create = waiting(Endpoint::CreateIntent) + self.promises.count(now) + 1;
        let confirm = waiting(Endpoint::ConfirmIntent) + create;
        let all = self.endpoints.timed + create + self.promises.count(now) + 1;
        let pairs = [
            (create, self.endpoints.queue(Endpoint::CreateIntent).bucket.rate(now)),
            (confirm, self.endpoints.queue(Endpoint::ConfirmIntent).bucket.rate(now)),
            (all, self.endpoints.bucket.rate(now)),
        ];
        let longest = pairs.into_iter().map(|(calls, rate)| seconds(calls, rate)).max();
        longest.unwrap_or_default() + UNDER_WAY
    }
}

fn seconds(calls: usize, rate: f64) -> Duration {
    let calls = f64::from(u32::try_from(calls).unwrap_or(u32::MAX));
    Duration::from_secs_f64(calls / rate)
}
