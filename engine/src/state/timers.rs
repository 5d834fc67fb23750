//! When holds and payments end, and when what is over is forgotten.
//!
//! A reservation has at most one timer: while it is live, its end; then its retention. Log time never goes back and
//! retention always lasts as long, so what is retained ends in the order in which it came, and a list will do.

use std::collections::BTreeMap;

use super::chain::Chain;
use super::{Broken, NONE, Slot};
use crate::vocabulary::time::LogTime;

/// The reservations that end at one instant.
struct Bucket {
    first: Slot,
    count: u32,
}

/// All timers of a shard's reservations. Adding and removing one is O(1) but for the search among the instants.
pub(crate) struct Timers {
    chain: Chain,
    ends: BTreeMap<LogTime, Bucket>,
    retained: Slot,
}

impl Default for Timers {
    fn default() -> Timers {
        Timers { chain: Chain::default(), ends: BTreeMap::new(), retained: NONE }
    }
}

impl Timers {
    /// Lets a live reservation end at `at`.
    pub(crate) fn arm(&mut self, at: LogTime, slot: Slot) {
        let bucket = self.ends.entry(at).or_insert(Bucket { first: NONE, count: 0 });
        self.chain.push(&mut bucket.first, slot);
        bucket.count += 1;
    }

    /// Takes back what [`Timers::arm`] did.
    pub(crate) fn disarm(&mut self, at: LogTime, slot: Slot) {
        let Some(bucket) = self.ends.get_mut(&at) else { return };
        if !self.chain.contains(slot) {
            return;
        }
        self.chain.remove(&mut bucket.first, slot);
        bucket.count = bucket.count.saturating_sub(1);
        if bucket.first == NONE {
            self.ends.remove(&at);
        }
    }

    /// Whether the reservation is going to end at `at`, as far as can be told in O(1).
    pub(crate) fn check(&self, at: LogTime, slot: Slot) -> Result<(), Broken> {
        let armed = self.chain.contains(slot) && self.ends.contains_key(&at);
        if armed { Ok(()) } else { Err(Broken) }
    }

    /// Reads ahead for what is done to the timer of `slot`.
    pub(crate) fn warm(&self, slot: Slot) {
        self.chain.warm(slot);
    }

    /// The first instant at which anything live ends.
    pub(crate) fn first(&self) -> Option<LogTime> {
        self.ends.first_key_value().map(|(&at, _)| at)
    }

    /// What ends at `at`.
    pub(crate) fn at(&self, at: LogTime) -> impl Iterator<Item = Slot> {
        let first = self.ends.get(&at).map_or(NONE, |bucket| bucket.first);
        self.chain.iter(first)
    }

    /// Forgets an instant, whatever is still left of it.
    pub(crate) fn clear(&mut self, at: LogTime) {
        let Some(mut bucket) = self.ends.remove(&at) else { return };
        while bucket.first != NONE {
            let slot = bucket.first;
            self.chain.remove(&mut bucket.first, slot);
        }
    }

    /// The first instants and how many end at each.
    pub(crate) fn instants(&self) -> impl Iterator<Item = (LogTime, usize)> {
        self.ends.iter().map(|(&at, bucket)| (at, bucket.count as usize))
    }

    /// Keeps a reservation that is over: for as long as any from now on, hence longer than all that are kept.
    pub(crate) fn retain(&mut self, slot: Slot) {
        self.chain.remove(&mut self.retained, slot);
        self.chain.push(&mut self.retained, slot);
    }

    /// Takes back what [`Timers::retain`] did.
    pub(crate) fn release(&mut self, slot: Slot) {
        self.chain.remove(&mut self.retained, slot);
    }

    /// What is retained, oldest first.
    pub(crate) fn retained(&self) -> impl Iterator<Item = Slot> {
        self.chain.iter(self.retained)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_come_in_order_with_their_counts() {
        let mut timers = Timers::default();
        for (at, slot) in [(30, 0), (10, 1), (30, 2), (20, 3)] {
            timers.arm(LogTime(at), slot);
        }
        timers.disarm(LogTime(20), 3);
        assert_eq!(timers.instants().collect::<Vec<_>>(), [(LogTime(10), 1), (LogTime(30), 2)]);
        assert_eq!(timers.first(), Some(LogTime(10)));
        assert_eq!(timers.at(LogTime(30)).collect::<Vec<_>>(), [0, 2]);
    }

    #[test]
    fn a_timer_that_is_not_there_is_found_out() {
        let mut timers = Timers::default();
        timers.arm(LogTime(10), 1);
        assert_eq!(timers.check(LogTime(10), 1), Ok(()));
        assert_eq!(timers.check(LogTime(11), 1), Err(Broken));
        assert_eq!(timers.check(LogTime(10), 2), Err(Broken));
        timers.disarm(LogTime(10), 2);
        timers.disarm(LogTime(11), 1);
        assert_eq!(timers.check(LogTime(10), 1), Ok(()));
    }

    #[test]
    fn retention_starts_again_when_asked_to() {
        let mut timers = Timers::default();
        (0..3).for_each(|slot| timers.retain(slot));
        timers.retain(0);
        assert_eq!(timers.retained().collect::<Vec<_>>(), [1, 2, 0]);
        timers.release(1);
        assert_eq!(timers.retained().next(), Some(2));
    }

    #[test]
    fn a_cleared_instant_leaves_nothing_behind() {
        let mut timers = Timers::default();
        (0..3).for_each(|slot| timers.arm(LogTime(10), slot));
        timers.clear(LogTime(10));
        assert_eq!(timers.first(), None);
        assert_eq!(timers.check(LogTime(10), 1), Err(Broken));
    }
}
