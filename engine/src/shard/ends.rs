//! How a hold ends: by time, by its buyer or by payment.

use super::step::Step;
use crate::state::stock::{self, Pool};
use crate::state::{Broken, NONE, Slot};
use crate::vocabulary::limits::RETENTION;
use crate::vocabulary::view::ReservationStatus;

impl Step<'_> {
    /// Whether a live hold is in exactly one state, and its timer agrees.
    pub(crate) fn check_hold(&self, slot: Slot) -> Result<(), Broken> {
        let ends_at = self.shard.ends_at(slot).ok_or(Broken)?;
        if self.shard.reservations.at(slot).order != NONE {
            return Err(Broken);
        }
        self.shard.timers.check(ends_at, slot)
    }

    /// Gives a hold's units back to whoever comes next.
    pub(crate) fn free_units(&mut self, slot: Slot) -> Result<(), Broken> {
        self.move_units(slot, Pool::Available)
    }

    /// Makes a hold's units sold.
    pub(crate) fn sell_units(&mut self, slot: Slot) -> Result<(), Broken> {
        self.move_units(slot, Pool::Sold)
    }

    /// Puts an order's units back on sale; they no longer count against the buyer's limits. That the order has given
    /// them up is for the caller to note.
    pub(crate) fn return_units(&mut self, order: Slot) -> Result<(), Broken> {
        let order = self.shard.orders.at(order);
        let (product, buyer, quantity) = (order.product, order.buyer, order.quantity);
        let mut books = self.shard.products.at(product).stock;
        stock::shift(&mut books, Pool::Sold, Pool::Available, quantity)?;
        self.shard.products.change(product).keep(books);
        let place = self.shard.place(product);
        self.shard.buyers.remove_units(buyer, place, quantity);
        Ok(())
    }

    /// Ends a live reservation as expired, in any case. If the books do not allow it, they stay as they are, for
    /// whoever looks at the frozen product. `sound` tells whether the hold was as it must be.
    pub(crate) fn expire(&mut self, slot: Slot, sound: Result<(), Broken>) {
        if sound.and_then(|()| self.free_units(slot)).is_err() {
            self.freeze(self.shard.reservations.at(slot).product);
        }
        self.finish(slot, ReservationStatus::Expired);
    }

    /// Gives a live reservation the other live status, and the timer that goes with it.
    pub(crate) fn turn(&mut self, slot: Slot, status: ReservationStatus) {
        let shard = &mut *self.shard;
        if let Some(at) = shard.ends_at(slot) {
            shard.timers.disarm(at, slot);
        }
        shard.change_reservation(slot, |reservation| reservation.status = status);
        if let Some(at) = shard.ends_at(slot) {
            shard.timers.arm(at, slot);
        }
        self.emit_reservation(slot);
    }

    /// Gives a live reservation its final status, after its units were moved. Paid units go on counting against the
    /// buyer's limits, others do not.
    pub(crate) fn finish(&mut self, slot: Slot, status: ReservationStatus) {
        let shard = &mut *self.shard;
        let reservation = shard.reservations.at(slot);
        let (product, buyer, quantity) = (reservation.product, reservation.buyer, reservation.quantity);
        if let Some(at) = shard.ends_at(slot) {
            shard.timers.disarm(at, slot);
        }
        let place = shard.place(product);
        shard.buyers.unlist(buyer, place, slot);
        if status != ReservationStatus::Paid {
            shard.buyers.remove_units(buyer, place, quantity);
        }
        let kept_until = shard.now.after(RETENTION);
        shard.change_reservation(slot, |reservation| {
            reservation.status = status;
            reservation.mark = kept_until.0;
        });
        shard.timers.retain(slot);
        self.emit_reservation(slot);
    }

    fn move_units(&mut self, slot: Slot, to: Pool) -> Result<(), Broken> {
        let reservation = self.shard.reservations.at(slot);
        let (product, quantity) = (reservation.product, reservation.quantity);
        let mut books = self.shard.products.at(product).stock;
        stock::shift(&mut books, Pool::Held, to, quantity)?;
        self.shard.products.change(product).keep(books);
        Ok(())
    }
}
