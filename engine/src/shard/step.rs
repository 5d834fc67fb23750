//! One command on its way through the shard.

use super::Shard;
use crate::state::memory::{Act, Record};
use crate::state::{Broken, NONE, Slot};
use crate::vocabulary::event::{Event, Fact};
use crate::vocabulary::idempotency::Fingerprint;
use crate::vocabulary::limits::{KEYS_PER_SHARD_OF_OPERATORS, RETENTION};
use crate::vocabulary::outcome::Done;
use crate::vocabulary::refusal::Refusal;
use crate::vocabulary::time::LogTime;

/// The shard while something happens to it, and where the facts go.
pub(crate) struct Step<'a> {
    pub(crate) shard: &'a mut Shard,
    pub(crate) events: &'a mut Vec<Event>,
    /// The key of the command, if it has one.
    pub(crate) key: Option<Fingerprint>,
    /// Whether another request came with the same key before.
    pub(crate) key_is_taken: bool,
}

/// What a command that was done is remembered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// A reservation: it counts for its buyer.
    Reservation(Slot),
    /// A refund: it counts for the order's buyer.
    Refund(Slot),
    /// What operators do: the answer is kept whole.
    Operation,
}

/// What a command comes to: done to something, or not done.
pub(crate) type Effect = Result<(Done, About), Refusal>;

impl Step<'_> {
    pub(crate) fn now(&self) -> LogTime {
        self.shard.now
    }

    /// Adds a fact to the shard's history.
    pub(crate) fn emit(&mut self, fact: Fact) {
        self.shard.sequence += 1;
        let event = Event { sequence: self.shard.sequence, at: self.shard.now, fact };
        if self.shard.outbox.has_consumers() {
            self.shard.keep_event(&event);
        }
        self.events.push(event);
    }

    /// Refuses a key for whose answer there is no room with this buyer: asked before anything that a buyer can do without
    /// end. What ends or completes a hold is not refused for it.
    pub(crate) fn key_fits_buyer(&self, buyer: Option<Slot>) -> Result<(), Refusal> {
        self.shard.key_fits_buyer(self.key.is_some(), buyer)
    }

    /// The same with the operators.
    pub(crate) fn key_fits_operators(&self) -> Result<(), Refusal> {
        let is_full = self.shard.memory.of_operators() >= KEYS_PER_SHARD_OF_OPERATORS;
        if self.key.is_some() && is_full { Err(Refusal::TooManyKeys) } else { Ok(()) }
    }

    /// Refuses a key that came with another request before.
    pub(crate) fn key_is_free(&self) -> Result<(), Refusal> {
        if self.key_is_taken { Err(Refusal::KeyReused) } else { Ok(()) }
    }

    /// Takes a product out of sale because an invariant does not hold.
    pub(crate) fn freeze(&mut self, product: Slot) {
        if !self.shard.products.at(product).frozen {
            self.shard.products.change(product).frozen = true;
            self.emit_product(product);
        }
    }

    /// Refuses what would move units of a frozen product.
    pub(crate) fn not_frozen(&self, product: Slot) -> Result<(), Refusal> {
        if self.shard.products.at(product).frozen { Err(Refusal::SalePaused) } else { Ok(()) }
    }

    /// Freezes the product if an invariant was found broken, and refuses what would have gone on.
    pub(crate) fn or_freeze<T>(&mut self, product: Slot, found: Result<T, Broken>) -> Result<T, Refusal> {
        found.map_err(|Broken| {
            self.freeze(product);
            Refusal::SalePaused
        })
    }

    pub(crate) fn emit_product(&mut self, product: Slot) {
        let view = self.shard.products.at(product).view(self.shard.now);
        self.emit(Fact::Product(Box::new(view)));
    }

    pub(crate) fn emit_reservation(&mut self, slot: Slot) {
        let view = self.shard.reservation_view(slot);
        self.emit(Fact::Reservation(Box::new(view)));
    }

    pub(crate) fn emit_order(&mut self, slot: Slot) {
        let view = self.shard.order_view(slot);
        self.emit(Fact::Order(Box::new(view)));
    }

    pub(crate) fn emit_refund(&mut self, slot: Slot) {
        let view = self.shard.refund_view(slot);
        self.emit(Fact::Refund(Box::new(view)));
    }

    /// Remembers under the command's key what it came to. A buyer for whom too much is remembered already can still end
    /// a hold, and confirm that it was paid: that is done, and not remembered. Told again, it finds what it did.
    pub(crate) fn remember(&mut self, done: &Done, about: About) {
        let Some(key) = self.key else { return };
        let (owner, subject) = match about {
            About::Reservation(slot) => (self.shard.reservations.at(slot).buyer, slot),
            About::Refund(slot) => {
                let order = self.shard.refunds.at(slot).order;
                (self.shard.orders.at(order).buyer, slot)
            }
            About::Operation => (NONE, self.shard.memory.keep(done.clone())),
        };
        if owner != NONE && self.key_fits_buyer(Some(owner)).is_err() {
            return;
        }
        if let About::Reservation(slot) = about {
            self.keep_longer(slot);
        }
        let record = Record { key, at: self.shard.now, subject, owner, act: act(done) };
        self.shard.add_record(record);
    }

    /// A reservation that is over stays as long as an answer about it is remembered.
    pub(crate) fn keep_longer(&mut self, slot: Slot) {
        let kept_until = self.shard.now.after(RETENTION);
        let reservation = self.shard.reservations.at(slot);
        if reservation.status.is_live() || reservation.kept_until() == kept_until {
            return;
        }
        self.shard.change_reservation(slot, |reservation| reservation.mark = kept_until.0);
        self.shard.timers.retain(slot);
    }
}

fn act(done: &Done) -> Act {
    match done {
        Done::Internal | Done::Product { .. } | Done::Adjusted(_) => Act::Kept,
        Done::Reserved(_) => Act::Reserved,
        Done::Ordered(_) => Act::Ordered,
        Done::Cancelled(_) => Act::Cancelled,
        Done::CheckedOut { .. } => Act::CheckedOut,
        Done::Confirmed(_) => Act::Confirmed,
        Done::Released(_) => Act::Released,
        Done::ReleasedToExpired(_) => Act::ReleasedToExpired,
        Done::Refunded(_) => Act::Refunded,
        Done::PaymentBegun { attempt, .. } => Act::PaymentBegun(*attempt),
        Done::RefundBegun(_) => Act::RefundBegun,
    }
}
