//! Payments that wait to begin.

use std::collections::BTreeMap;
use std::time::Duration;

use super::endpoints::Place;
use super::promises::Promises;

/// How many seconds' worth of payments have begun ahead of their first call: enough to make use of every turn, whatever
/// the log takes to record that one has begun.
const AHEAD_SECONDS: f64 = 2.0;

/// Payments that wait to begin. The time that a payment has counts from its beginning, so it begins when its first call
/// is about to have its turn, and not when it comes into line.
#[derive(Debug)]
pub(super) struct Beginners<W> {
    waiting: BTreeMap<Place, W>,
    begun: Promises,
}

impl<W> Beginners<W> {
    pub(super) fn new() -> Beginners<W> {
        Beginners { waiting: BTreeMap::new(), begun: Promises::default() }
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many have begun whose first call has not come into line yet.
    pub(super) fn begun(&mut self, now: Duration) -> usize {
        self.begun.count(now)
    }

    pub(super) fn enqueue(&mut self, place: Place, waiter: W) {
        self.waiting.insert(place, waiter);
    }

    pub(super) fn leave(&mut self, place: Place) {
        self.waiting.remove(&place);
    }

    /// The first call of one that had begun came into line.
    pub(super) fn came(&mut self) {
        self.begun.came();
    }

    /// Who may begin at `now`, if `calls` first calls wait, of which `rate` are made in a second.
    pub(super) fn turn(&mut self, now: Duration, calls: usize, rate: f64) -> Option<W> {
        let ahead = f64::from(u32::try_from(calls + self.begun.count(now)).unwrap_or(u32::MAX));
        if ahead >= (rate * AHEAD_SECONDS).max(1.0) {
            return None;
        }
        let (_, waiter) = self.waiting.pop_first()?;
        self.begun.promise(now);
        Some(waiter)
    }

    /// When one that had begun is not expected any more, and another may begin instead.
    pub(super) fn next_turn(&self) -> Option<Duration> {
        if self.waiting.is_empty() { None } else { self.begun.counts_until() }
    }
}
