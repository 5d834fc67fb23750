//! Buyers, and what they do with a hold.

use std::time::Duration;

use super::random::Random;
use super::wallet::{Wallet, wallet};

/// A buyer at the door, for the first time or again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    /// Which buyer.
    pub(super) buyer: u32,
    /// How often they have been refused.
    pub(super) returns: u8,
}

/// How often a buyer comes back at most.
const RETURNS_MAX: u8 = 8;

/// What a buyer does with a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nothing: it ends by itself.
    Abandons,
    /// Thinks it over, and gives the hold back.
    GivesBack { thinks: Duration },
    /// Pays, and takes a while on the bank's page if it is shown.
    Buys { thinks: Duration, dwells: Duration, wallet: Wallet },
}

impl Visit {
    /// A newcomer.
    pub(super) fn first(buyer: u32) -> Visit {
        Visit { buyer, returns: 0 }
    }

    /// The buyer's next visit, unless they have had enough.
    pub(super) fn again(self) -> Option<Visit> {
        (self.returns < RETURNS_MAX).then_some(Visit { returns: self.returns + 1, ..self })
    }

    /// What the buyer will do with a hold. Who came back for one pays for it.
    pub(super) fn fate(self, seed: u64) -> Fate {
        let mut random = Random::new(seed, u64::from(self.buyer));
        let thinks = Duration::from_millis(random.below(60));
        let dwells = Duration::from_millis(40 + random.below(260));
        match random.below(100) {
            0..15 if self.returns == 0 => Fate::Abandons,
            15..25 if self.returns == 0 => Fate::GivesBack { thinks },
            _ => Fate::Buys { thinks, dwells, wallet: wallet(&mut random) },
        }
    }

    /// The buyer's id.
    pub(super) fn id(self) -> String {
        format!("buyer-{}", self.buyer)
    }

    /// The idempotency key of this visit's attempt.
    pub(super) fn key(self) -> String {
        format!("visit-{}-{}", self.buyer, self.returns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_what_buyers_do() {
        let fates = |seed| (0..1_000).map(|buyer| Visit::first(buyer).fate(seed)).collect::<Vec<_>>();
        assert_eq!(fates(7), fates(7));
        assert_ne!(fates(7), fates(8));
        let abandoned = fates(7).into_iter().filter(|fate| *fate == Fate::Abandons).count();
        assert!((100..200).contains(&abandoned), "{abandoned}");
    }

    #[test]
    fn who_came_back_pays_and_comes_a_bounded_number_of_times() {
        let mut visit = Visit::first(3);
        let mut visits = 1;
        while let Some(next) = visit.again() {
            assert!(matches!(next.fate(7), Fate::Buys { .. }));
            (visit, visits) = (next, visits + 1);
        }
        assert_eq!(visits, 9);
    }
}
