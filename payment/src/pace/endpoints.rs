//! Those who wait at one account, by endpoint.

use std::collections::BTreeMap;
use std::time::Duration;

use super::bucket::Bucket;
use crate::client::Endpoint;
use crate::config::Rates;

/// The place of somebody who waits: who is due first is first, and of those who came first.
pub(super) type Place = (Duration, u64);

/// One endpoint of an account.
#[derive(Debug)]
pub(super) struct Queue<W> {
    pub(super) bucket: Bucket,
    pub(super) waiting: BTreeMap<Place, W>,
}

impl<W> Queue<W> {
    /// Who is first, if the endpoint can be called at `now`.
    fn head(&self, now: Duration) -> Option<Place> {
        if self.bucket.ready_at() > now {
            return None;
        }
        self.waiting.first_key_value().map(|(place, _)| *place)
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
}

impl<W> Endpoints<W> {
    pub(super) fn new(rates: Rates) -> Endpoints<W> {
        let queue = |_| Queue { bucket: Bucket::new(rates.endpoint), waiting: BTreeMap::new() };
        Endpoints {
            bucket: Bucket::new(rates.account),
            queues: Endpoint::ALL.map(queue),
            waiting: 0,
            timed: 0,
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

    /// Whose turn it is at `now`: of the endpoints that can be called, the one where somebody is due first.
    pub(super) fn turn(&mut self, now: Duration) -> Option<W> {
        if self.bucket.ready_at() > now {
            return None;
        }
        let heads = self.queues.iter().enumerate().filter_map(|(at, queue)| Some((queue.head(now)?, at)));
        let (_, at) = heads.min()?;
        let queue = self.queues.get_mut(at)?;
        let (place, waiter) = queue.waiting.pop_first()?;
        queue.bucket.take(now);
        self.bucket.take(now);
        self.left(place);
        Some(waiter)
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

/// What may be done however late is due at the end of time.
fn is_timed(place: Place) -> bool {
    place.0 != Duration::MAX
}
