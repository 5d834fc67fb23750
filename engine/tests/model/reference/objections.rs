//! What stands in the way of a command: all of it, of which the first in the documented order is told.

use engine::Refusal;

/// Everything that stands in the way.
#[derive(Default)]
pub(crate) struct Objections(Vec<Refusal>);

impl Objections {
    pub(crate) fn add(&mut self, refusal: Refusal) {
        self.0.push(refusal);
    }

    pub(crate) fn add_if(&mut self, holds: bool, refusal: Refusal) {
        if holds {
            self.add(refusal);
        }
    }

    /// What is told: the first in the order of the codes of `docs/api.md`; of one code, what was added first.
    pub(crate) fn first(self) -> Option<Refusal> {
        self.0.into_iter().min_by_key(rank)
    }
}

fn rank(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::NotReady => 0,
        Refusal::TooLate => 1,
        Refusal::TooManyKeys => 2,
        Refusal::Invalid(_) => 3,
        Refusal::NotFound => 4,
        Refusal::KeyReused => 5,
        Refusal::RevisionMismatch { .. } => 6,
        Refusal::SaleNotStarted { .. } => 7,
        Refusal::SalePaused => 8,
        Refusal::SaleEnded => 9,
        Refusal::LimitReached { .. } => 10,
        Refusal::SoldOut { .. } => 11,
        Refusal::Conflict(_) => 12,
        Refusal::StockCommitted { .. } => 13,
        Refusal::ReservationExpired => 14,
    }
}
