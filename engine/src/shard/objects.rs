//! Objects as they come, change and go, each with its share of the state hash.

use super::Shard;
use crate::state::memory::{Act, Record, Subject, digest_of_kept};
use crate::state::order::Order;
use crate::state::refund::Refund;
use crate::state::reservation::Reservation;
use crate::state::saga::{Saga, Try};
use crate::state::seen::Seen;
use crate::state::shares::Place;
use crate::state::{NONE, Slot, digest};
use crate::vocabulary::id::ReservationId;
use crate::vocabulary::time::LogTime;

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

    /// Adds a try to pay a reservation that is held, and gives its number.
    pub(crate) fn add_try(&mut self, slot: Slot, one: Try) -> u8 {
        let reservation = self.reservations.at(slot).id;
        if self.sagas.find(reservation).is_some() {
            self.change_saga(slot, |saga| saga.tries.push(one));
        } else {
            self.add_saga(Saga { reservation, tries: vec![one], seen: Seen::default() });
        }
        self.sagas.find(reservation).map_or(0, Saga::last)
    }

    pub(crate) fn add_saga(&mut self, saga: Saga) {
        self.digest.add(saga.digest());
        let reservation = saga.reservation;
        self.sagas.add(saga);
        self.schedule_saga(reservation);
    }

    /// Changes a reservation's saga. If that changes when the reservation goes on by itself, its timer follows.
    pub(crate) fn change_saga(&mut self, slot: Slot, change: impl FnOnce(&mut Saga)) {
        let (id, timer) = (self.reservations.at(slot).id, self.ends_at(slot));
        let Some(before) = self.sagas.change(id, change) else { return };
        if let Some(saga) = self.sagas.find(id) {
            self.digest.replace(before.digest(), saga.digest());
        }
        self.schedule_saga(id);
        let due = self.ends_at(slot);
        if due != timer {
            timer.into_iter().for_each(|at| self.timers.disarm(at, slot));
            due.into_iter().for_each(|at| self.timers.arm(at, slot));
        }
    }

    /// What is to be done for a saga is on the agenda, and when that ends by itself.
    fn schedule_saga(&mut self, reservation: ReservationId) {
        let Some(saga) = self.sagas.find(reservation) else { return };
        self.agenda.note_saga(reservation, saga.is_open(self.now));
        let ends = saga.open_until().filter(|until| *until != LogTime::NEVER);
        ends.for_each(|until| self.agenda.note_end(reservation, until));
    }

    fn schedule_refund(&mut self, slot: Slot) {
        let refund = self.refunds.at(slot);
        let reservation = self.orders.at(refund.order).reservation;
        self.agenda.note_refund(reservation, slot, refund.is_open(self.now));
        let end = refund.open_until().filter(|until| *until != LogTime::NEVER);
        end.into_iter().for_each(|until| self.agenda.note_end(reservation, until));
    }

    /// When a live reservation goes on by itself.
    pub(crate) fn ends_at(&self, slot: Slot) -> Option<LogTime> {
        self.end_of(self.reservations.at(slot))
    }

    /// The same of one that need not be here yet.
    pub(crate) fn end_of(&self, reservation: &Reservation) -> Option<LogTime> {
        let release_by = reservation.release_by();
        reservation.ends_at(|| self.sagas.find(reservation.id).map(|saga| saga.ends_at(release_by)))
    }

    /// The reservation is forgotten, and its saga with it.
    pub(crate) fn remove_reservation(&mut self, slot: Slot) {
        if let Some(reservation) = self.reservations.remove(slot) {
            if let Some(saga) = self.sagas.remove(reservation.id) {
                self.digest.subtract(saga.digest());
                self.agenda.note_saga(reservation.id, false);
            }
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
        self.orders.change(slot, change);
        let new = self.order_digest(self.orders.at(slot));
        self.digest.replace(old, new);
    }

    pub(crate) fn add_refund(&mut self, refund: Refund) -> Slot {
        let order = self.orders.at(refund.order);
        self.digest.add(refund.digest(order.id));
        let is_by_provider = refund.payout.is_some();
        let slot = self.refunds.add(refund);
        if is_by_provider {
            self.schedule_refund(slot);
        }
        slot
    }

    pub(crate) fn change_refund(&mut self, slot: Slot, change: impl FnOnce(&mut Refund)) {
        let order = self.orders.at(self.refunds.at(slot).order).id;
        let old = self.refunds.at(slot).digest(order);
        change(self.refunds.at_mut(slot));
        self.digest.replace(old, self.refunds.at(slot).digest(order));
        self.schedule_refund(slot);
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
        let subject = match record.act.subject() {
            Subject::Kept => self.memory.kept(record.subject).map_or(0, digest_of_kept),
            Subject::Refund => digest::of_id(self.refunds.at(record.subject).id.0),
            Subject::Reservation => digest::of_id(self.reservations.at(record.subject).id.0),
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
