//! The line of those who want to call the provider: who may go, when it is looked again, how long it takes.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::vocabulary::text::AccountName;

use super::beginners::Beginners;
use super::endpoints::{Endpoints, Place, TIMED_SHARE, is_timed};
use super::promises::Promises;
use crate::client::{Endpoint, Limited};
use crate::config::Accounts;

/// How many may wait at one account who are due at some time, and how many who are not: more of the former would not be
/// served within the quarter of an hour that a payment has, and neither kind keeps the other out.
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

/// What somebody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// To begin a payment, which is no call yet.
    Begin,
    /// To call an endpoint.
    Call(Endpoint),
}

#[derive(Debug)]
struct Account<W> {
    beginners: Beginners<W>,
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
            let (beginners, promises) = (Beginners::new(), Promises::default());
            (account.name.clone(), Account { beginners, endpoints, promises })
        };
        Line { accounts: accounts.iter().map(account).collect(), arrivals: 0 }
    }

    /// Puts somebody into line who is due at `due`, and tells their place.
    pub(super) fn enqueue(
        &mut self,
        account: &str,
        wish: Wish,
        due: Duration,
        waiter: W,
    ) -> Result<Place, NotPaced> {
        let account = self.accounts.get_mut(account).ok_or(NotPaced::NoAccount)?;
        self.arrivals += 1;
        let place = (due, self.arrivals);
        if account.is_full(is_timed(place)) {
            return Err(NotPaced::Full);
        }
        match wish {
            Wish::Begin => {
                account.promises.came();
                account.beginners.enqueue(place, waiter);
            }
            Wish::Call(endpoint) => {
                if endpoint == Endpoint::CreateIntent {
                    account.beginners.came();
                }
                account.endpoints.enqueue(endpoint, place, waiter);
            }
        }
        Ok(place)
    }

    /// Somebody does not wait any more.
    pub(super) fn leave(&mut self, account: &str, wish: Wish, place: Place) {
        let Some(account) = self.accounts.get_mut(account) else { return };
        match wish {
            Wish::Begin => account.beginners.leave(place),
            Wish::Call(endpoint) => account.endpoints.leave(endpoint, place),
        }
    }

    /// Somebody whose turn it is at `now`; call until there is none.
    pub(super) fn turn(&mut self, now: Duration) -> Option<W> {
        self.accounts.values_mut().find_map(|account| account.turn(now))
    }

    /// When it may be somebody's turn next.
    pub(super) fn next_turn(&self) -> Option<Duration> {
        let turns = |account: &Account<W>| [account.endpoints.next_turn(), account.beginners.next_turn()];
        self.accounts.values().flat_map(turns).flatten().min()
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
        self.accounts
            .get(account)
            .map_or(0, |account| account.endpoints.waiting + account.beginners.waiting())
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
        if served > deadline || account.is_full(true) {
            return Err(served.saturating_sub(deadline));
        }
        account.promises.promise(now);
        Ok(())
    }

    /// A payment that was promised will not come.
    pub(super) fn forgo(&mut self, account: &str) {
        if let Some(account) = self.accounts.get_mut(account) {
            account.promises.came();
        }
    }
}

impl<W> Account<W> {
    fn is_full(&self, timed: bool) -> bool {
        let Endpoints { waiting, timed: of_them, .. } = self.endpoints;
        let kind = if timed { of_them + self.beginners.waiting() } else { waiting - of_them };
        kind >= WAITING_MAX
    }

    fn turn(&mut self, now: Duration) -> Option<W> {
        self.endpoints.turn(now).or_else(|| {
            let creates = self.endpoints.queue(Endpoint::CreateIntent);
            self.beginners.turn(now, creates.waiting.len(), creates.bucket.rate(now))
        })
    }

    /// How long a payment takes that comes now. All that wait for a time go before it, since whoever came earlier is due
    /// earlier; what may be done however late has its share. Those to be created want to be confirmed, too. It is a bound
    /// from the rates as they are.
    fn takes(&mut self, now: Duration) -> Duration {
        let to_come = self.promises.count(now) + self.beginners.waiting() + self.beginners.begun(now) + 1;
        let waiting = |endpoint| self.endpoints.queue(endpoint).waiting.len();
        let create = waiting(Endpoint::CreateIntent) + to_come;
        let confirm = waiting(Endpoint::ConfirmIntent) + create;
        let all = self.endpoints.timed + to_come + create;
        let pairs = [
            (create, self.endpoints.queue(Endpoint::CreateIntent).bucket.rate(now)),
            (confirm, self.endpoints.queue(Endpoint::ConfirmIntent).bucket.rate(now)),
            (all, self.endpoints.bucket.rate(now) * TIMED_SHARE),
        ];
        let longest = pairs.into_iter().map(|(calls, rate)| seconds(calls, rate)).max();
        longest.unwrap_or_default() + UNDER_WAY
    }
}

fn seconds(calls: usize, rate: f64) -> Duration {
    let calls = f64::from(u32::try_from(calls).unwrap_or(u32::MAX));
    Duration::from_secs_f64(calls / rate)
}
