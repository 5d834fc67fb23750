//! Settled keys: a definite answer settles every earlier send of its key.
//!
//! A caller that heard nothing sends again, perhaps through another node, and may be refused. If its first send were
//! admitted after that, units would be held that nobody knows of. So a leader remembers which keys it refused, and for
//! how long an earlier send can still be under way; another leader need not know, since sends are addressed to one
//! leadership.

use std::collections::HashMap;

use engine::{LogTime, Span};

/// The longest that a send may be under way: `not_after` lies at most this far behind `sent_at`.
pub const SEND_LIFETIME: Span = Span(10_000);

/// Keys that were refused of late, in two generations: the younger becomes the older, the older is forgotten.
#[derive(Debug, Default)]
pub(super) struct Settled {
    young: HashMap<[u8; 16], LogTime>,
    old: HashMap<[u8; 16], LogTime>,
    turned_at: LogTime,
}

impl Settled {
    /// `scope` was refused at `now`.
    pub(super) fn refused(&mut self, scope: [u8; 16], now: LogTime) {
        if now.since(self.turned_at) > SEND_LIFETIME {
            self.old = std::mem::take(&mut self.young);
            self.turned_at = now;
        }
        self.young.insert(scope, now);
    }

    /// Whether a send of `scope` from `sent_at` was settled by an answer to a later one.
    pub(super) fn covers(&self, scope: &[u8; 16], sent_at: LogTime) -> bool {
        let refused_at = self.young.get(scope).or_else(|| self.old.get(scope));
        refused_at.is_some_and(|&refused_at| sent_at < refused_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_send_is_covered_for_as_long_as_it_can_live_and_a_later_one_never() {
        let mut settled = Settled::default();
        settled.refused([1; 16], LogTime(100_000));
        assert!(settled.covers(&[1; 16], LogTime(99_999)));
        assert!(!settled.covers(&[1; 16], LogTime(100_000)));
        assert!(!settled.covers(&[2; 16], LogTime(1)));
        settled.refused([2; 16], LogTime(100_000 + SEND_LIFETIME.0));
        assert!(settled.covers(&[1; 16], LogTime(99_999)));
        settled.refused([3; 16], LogTime(100_002 + 2 * SEND_LIFETIME.0));
        settled.refused([3; 16], LogTime(100_003 + 4 * SEND_LIFETIME.0));
        assert!(!settled.covers(&[1; 16], LogTime(99_999)), "forgotten once no earlier send can live");
    }
}
