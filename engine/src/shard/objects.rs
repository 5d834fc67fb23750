//! Objects as they come, change and go, each with its share of the state hash.

use super::Shard;
use crate::state::memory::{Act, Record, digest_of_kept};
use crate::state::order::Order;
use crate::state::refund::Refund;
use crate::state::reservation::Reservation;
use crate::state::shares::Place;
use crate::state::{NONE, Slot, digest};

impl Shard {
    /// Where a product stands in a buyer's limits.
    pub(crate) fn place(&self, product: Slot) -> Place {
        Place { group: self.products.at(product).group, product }
    }

    pub(crate) fn add_reservation(&mut self, reservation: Reservation) -> Slot {
        self.buyers.name(reservation.buyer);
        self.digest.add(self.reservation_digest(&reservation));
        self.reservations.add(reservation)
    }

    pub(crate) fn change_reservation(&mut self, slot: Slot, change: impl FnOnce(&mut Reservation)) {
        let old = self.reservation_digest(self.reservations.at(slot));
        change(self.reservations.at_mut(slot));
        let new = self.reservation_digest(self.reservations.at(slot));
        self.digest.replace(old, new);
    }

    pub(crate) fn remove_reservation(&mut self, slot: Slot) {
        if let Some(reservation) = self.reservations.remove(slot) {
            self.digest.subtract(self.reservation_digest(&reservation));
            self.buyers.unname(reservation.buyer);
        }
    }

    pub(crate) fn add_order(&mut self, order: Order) -> Slot {
        self.buyers.name(order.buyer);
        self.digest.add(self.order_digest(&order));
        self.orders.add(order)
    }

    pub(crate) fn change_order(&mut self, slot: Slot, change: impl FnOnce(&mut Order)) {
        let old = self.order_digest(self.orders.at(slot));
        change(self.orders.at_mut(slot));
        let new = self.order_digest(self.orders.at(slot));
        self.digest.replace(old, new);
    }

    pub(crate) fn add_refund(&mut self, refund: Refund) -> Slot {
        self.digest.add(refund.digest(self.orders.at(refund.order).id));
        self.refunds.add(refund)
    }

    pub(crate) fn add_record(&mut self, record: Record) {
        self.digest.add(self.record_digest(&record));
        if record.owner != NONE {
            self.buyers.add_key(record.owner);
        }
        self.memory.add(record);
    }

    /// Forgets what the oldest record remembered, which was just taken out of the memory.
    pub(crate) fn forget(&mut self, record: &Record) {
        self.digest.subtract(self.record_digest(record));
        if record.act == Act::Kept {
            self.memory.drop_kept(record.subject);
        }
        if record.owner != NONE {
            self.buyers.remove_key(record.owner);
        }
    }

    pub(crate) fn record_digest(&self, record: &Record) -> u64 {
        let subject = match record.act {
            Act::Kept => self.memory.kept(record.subject).map_or(0, digest_of_kept),
            Act::Refunded => digest::of_id(self.refunds.at(record.subject).id.0),
            _ => digest::of_id(self.reservations.at(record.subject).id.0),
        };
        let owner = if record.owner == NONE { 0 } else { self.buyers.hash(record.owner) };
        record.digest(subject, owner)
    }

    fn reservation_digest(&self, reservation: &Reservation) -> u64 {
        let product = self.products.at(reservation.product).hash;
        reservation.digest(product, self.buyers.hash(reservation.buyer))
    }

    fn order_digest(&self, order: &Order) -> u64 {
        order.digest(self.products.at(order.product).hash, self.buyers.hash(order.buyer))
    }
}
