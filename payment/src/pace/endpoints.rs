//! Those who wait at one account, by endpoint.

use std::collections::BTreeMap;
use std::time::Duration;

use super::bucket::Bucket;
use crate::client::Endpoint;
use crate::config::Rates;

/// The place of somebody who waits: who is due first is first, and of those who came first.
pub(super) type Place = (Duration, u64);

/// What may be done however late is due at the end of time, and has its places from here.
const UNTIMED: Place = (Duration::MAX, 0);
/// How many turns in a row those have who are due at some time. The next is for what may be done however late, which
/// would wait as long as payments come otherwise: what is to be cancelled blocks a buyer's money all that time.
const TIMED_IN_A_ROW: u32 = 7;
/// The part of an account's turns that those can count on who are due at some time.
pub(super) const TIMED_SHARE: f64 = 7.0 / 8.0;

/// One endpoint of an account.
#[derive(Debug)]
pub(super) struct Queue<W> {
    pub(super) bucket: Bucket,
    pub(super) waiting: BTreeMap<Place, W>,
}

impl<W> Queue<W> {
    /// Who is first from `place` on, if the endpoint can be called at `now`.
    fn head(&self, now: Duration, from: Place) -> Option<Place> {
        if self.bucket.ready_at() > now {
            return None;
        }
        self.waiting.range(from..).next().map(|(place, _)| *place)
    }
}

/// All endpoints of an account, and the account's own limit.
#[derive(Debug)]
pub(super) struct Endpoints<W> {
    pub(super) bucket: Bucket,
    queues: [Queue<W>; Endpoint::COUNT],
    /// How many wait, in all.
    pub(super) waiting: usize,
    /// How many of them are due at some time.
    pub(super) timed: usize,
    /// How many turns in a row such had.
    timed_in_a_row: u32,
}

impl<W> Endpoints<W> {
    pub(super) fn new(rates: Rates) -> Endpoints<W> {
        let queue = |_| Queue { bucket: Bucket::new(rates.endpoint), waiting: BTreeMap::new() };
        Endpoints {
            bucket: Bucket::new(rates.account),
            queues: Endpoint::ALL.map(queue),
            waiting: 0,
            timed: 0,
            timed_in_a_row: 0,
        }
    }

    pub(super) fn queue(&self, endpoint: Endpoint) -> &Queue<W> {
        &self.queues[endpoint.index()]
    }

    pub(super) fn queue_mut(&mut self, endpoint: Endpoint) -> &mut Queue<W> {
        &mut self.queues[endpoint.index()]
    }

    /// Puts somebody into line.
    pub(super) fn enqueue(&mut self, endpoint: Endpoint, place: Place, waiter: W) {
        self.queue_mut(endpoint).waiting.insert(place, waiter);
        self.waiting += 1;
        self.timed += usize::from(is_timed(place));
    }

    /// Somebody does not wait any more.
    pub(super) fn leave(&mut self, endpoint: Endpoint, place: Place) {
        if self.queue_mut(endpoint).waiting.remove(&place).is_some() {
            self.left(place);
        }
    }

    /// Whose turn it is at `now`: of the endpoints that can be called, the one where somebody is due first; after some
    /// turns of those who are due, one of those who are not.
    pub(super) fn turn(&mut self, now: Duration) -> Option<W> {
        if self.bucket.ready_at() > now {
            return None;
        }
        let is_late_turn = self.timed_in_a_row >= TIMED_IN_A_ROW;
        let late = if is_late_turn { self.first(now, UNTIMED) } else { None };
        let (place, at) = late.or_else(|| self.first(now, (Duration::ZERO, 0)))?;
        let queue = self.queues.get_mut(at)?;
        let waiter = queue.waiting.remove(&place)?;
        queue.bucket.take(now);
        self.bucket.take(now);
        self.left(place);
        self.timed_in_a_row = if is_timed(place) { self.timed_in_a_row.saturating_add(1) } else { 0 };
        Some(waiter)
    }

    fn first(&self, now: Duration, from: Place) -> Option<(Place, usize)> {
        let queues = self.queues.iter().enumerate();
        queues.filter_map(|(at, queue)| Some((queue.head(now, from)?, at))).min()
    }

    fn left(&mut self, place: Place) {
        self.waiting -= 1;
        self.timed -= usize::from(is_timed(place));
    }

    /// When it may be somebody's turn next.
    pub(super) fn next_turn(&self) -> Option<Duration> {
        let waited_for = self.queues.iter().filter(|queue| !queue.waiting.is_empty());
        let first = waited_for.map(|queue| queue.bucket.ready_at()).min()?;
        Some(first.max(self.bucket.ready_at()))
    }
}

pub(super) fn is_timed(place: Place) -> bool {
    place < UNTIMED
}
