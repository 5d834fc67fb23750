//! Settled keys: a definite answer settles every earlier send of its key.
//!
//! A caller that heard nothing sends again, perhaps through another node, and may be refused. If its first send were
//! admitted after that, units would be held that nobody knows of. So a leader remembers which keys it refused, and turns
//! away what was asked for before. What an earlier leader refused it does not know, and takes nothing that was asked for
//! before it led.

use std::collections::HashMap;

use engine::{LogTime, Span};

/// The longest that a send may be under way, however long its caller would wait.
pub const SEND_LIFETIME: Span = Span(10_000);

/// How many keys a generation has at most: two of them take about 13 MB. At 100,000 refusals a second one lasts two
/// seconds, and few sends that still matter are under way for longer.
const KEYS_MAX: usize = 200_000;

/// Keys that were refused of late, in two generations: the younger becomes the older, the older is forgotten. What was
/// forgotten stays settled all the same, by one time for all keys: so a full memory costs a few old sends another try,
/// and never lets one through.
#[derive(Debug, Default)]
pub(super) struct Settled {
    young: HashMap<[u8; 16], LogTime>,
    old: HashMap<[u8; 16], LogTime>,
    /// When the younger generation began.
    turned_at: LogTime,
    /// When the older one began: no send from before is taken any more, whatever its key.
    forgotten_before: LogTime,
}

impl Settled {
    /// `scope` was refused at `now`.
    pub(super) fn refused(&mut self, scope: [u8; 16], now: LogTime) {
        if self.young.len() >= KEYS_MAX || now.since(self.turned_at) > SEND_LIFETIME {
            self.turn(now);
        }
        self.young.insert(scope, now);
    }

    /// All that is forgotten here was refused before the generation that becomes the older one began.
    fn turn(&mut self, now: LogTime) {
        self.old = std::mem::take(&mut self.young);
        self.forgotten_before = self.turned_at;
        self.turned_at = now;
    }

    /// Nothing is known of before `now`, when a leadership began.
    pub(super) fn begin(&mut self, now: LogTime) {
        (self.turned_at, self.forgotten_before) = (now, now);
    }

    /// Whether a send of `scope` from `sent_at` was settled by an answer to a later one, or may have been: also if both
    /// were in the same millisecond.
    pub(super) fn covers(&self, scope: &[u8; 16], sent_at: LogTime) -> bool {
        #[cfg(feature = "planted")]
        if engine::planted::has(engine::planted::Bug::LateTwin) {
            return false;
        }
        let refused_at = self.young.get(scope).or_else(|| self.old.get(scope));
        sent_at < self.forgotten_before || refused_at.is_some_and(|&refused_at| sent_at <= refused_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: usize) -> [u8; 16] {
        (number as u128).to_le_bytes()
    }

    #[test]
    fn an_earlier_send_is_covered_and_a_later_one_never() {
        let mut settled = Settled::default();
        settled.refused([1; 16], LogTime(100_000));
        assert!(settled.covers(&[1; 16], LogTime(99_999)));
        assert!(settled.covers(&[1; 16], LogTime(100_000)));
        assert!(!settled.covers(&[1; 16], LogTime(100_001)));
        assert!(!settled.covers(&[2; 16], LogTime(1)));
        settled.refused([2; 16], LogTime(100_000 + SEND_LIFETIME.0));
        assert!(settled.covers(&[1; 16], LogTime(99_999)));
    }

    #[test]
    fn what_was_asked_for_before_the_leadership_is_covered_whatever_its_key() {
        let mut settled = Settled::default();
        settled.begin(LogTime(100_000));
        assert!(settled.covers(&[1; 16], LogTime(99_999)));
        assert!(!settled.covers(&[1; 16], LogTime(100_000)));
    }

    #[test]
    fn what_is_forgotten_stays_settled_and_a_send_of_now_is_free() {
        let mut settled = Settled::default();
        settled.refused([1; 16], LogTime(100_000));
        let much_later = LogTime(100_003 + 4 * SEND_LIFETIME.0);
        settled.refused([3; 16], LogTime(100_002 + 2 * SEND_LIFETIME.0));
        settled.refused([3; 16], much_later);
        assert!(!settled.young.contains_key(&[1; 16]) && !settled.old.contains_key(&[1; 16]));
        assert!(settled.covers(&[1; 16], LogTime(99_999)));
        assert!(!settled.covers(&[1; 16], LogTime(much_later.0 - SEND_LIFETIME.0)));
    }

    #[test]
    fn a_flood_of_refusals_takes_bounded_memory_and_lets_no_earlier_send_through() {
        let mut settled = Settled::default();
        let keys = 3 * KEYS_MAX;
        let refused_at = |number: usize| LogTime(100_000 + number as u64 / 100);
        for number in 0..keys {
            settled.refused(key(number), refused_at(number));
        }
        assert!(settled.young.len() + settled.old.len() <= 2 * KEYS_MAX);
        for number in 0..keys {
            let sent_at = LogTime(refused_at(number).0 - 1);
            assert!(settled.covers(&key(number), sent_at), "key {number}");
        }
        assert!(!settled.covers(&key(keys), refused_at(2 * KEYS_MAX)), "a newcomer of the flood is free");
    }
}
