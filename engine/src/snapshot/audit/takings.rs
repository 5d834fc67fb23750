//! What the provider took for a product's orders and gave back, by currency.

use bincode::{Decode, Encode};

use crate::state::order::{Charge, Order};
use crate::vocabulary::money::Currency;
use crate::vocabulary::view::Capture;

/// What the provider took for orders, to be compared with its own books.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Takings {
    /// In which currency; the amounts are in its minor units.
    pub currency: Currency,
    /// Authorized, and about to be captured.
    pub pending: u64,
    /// Captured.
    pub captured: u64,
    /// Given back of what was captured, so that it arrived.
    pub refunded: u64,
    /// On its way back.
    pub refunding: u64,
}

impl Takings {
    /// Those of one order.
    pub(super) fn of(order: &Order, charge: &Charge) -> Takings {
        let amount = |is: Capture| if charge.capture == is { order.amount } else { 0 };
        Takings {
            currency: order.currency,
            pending: amount(Capture::Pending),
            captured: amount(Capture::Captured),
            refunded: order.refunded,
            refunding: charge.refunding,
        }
    }

    /// Adds these to `all`, which has one for each currency, in the order of the currencies.
    pub(super) fn add_to(&self, all: &mut Vec<Takings>) {
        match all.binary_search_by_key(&self.currency, |one| one.currency) {
            Ok(place) => all[place].add(self),
            Err(place) => all.insert(place, self.clone()),
        }
    }

    fn add(&mut self, others: &Takings) {
        self.pending = self.pending.saturating_add(others.pending);
        self.captured = self.captured.saturating_add(others.captured);
        self.refunded = self.refunded.saturating_add(others.refunded);
        self.refunding = self.refunding.saturating_add(others.refunding);
    }
}
