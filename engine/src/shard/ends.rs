//! How a hold ends: by time, by its buyer or by payment.

use super::step::Step;
use crate::state::stock::{self, Pool};
use crate::state::{Broken, NONE, Slot};
use crate::vocabulary::limits::RETENTION;
use crate::vocabulary::view::ReservationStatus;

impl Step<'_> {
    /// Whether a live hold is in exactly one state, and its timer agrees.
    pub(crate) fn check_hold(&self, slot: Slot) -> Result<(), Broken> {
        let reservation = self.shard.reservations.at(slot);
        let ends_at = reservation.ends_at().ok_or(Broken)?;
        if reservation.order != NONE {
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

    /// Gives a live reservation the other live status, and the timer that goes with it.
    pub(crate) fn turn(&mut self, slot: Slot, status: ReservationStatus) {
        let shard = &mut *self.shard;
        if let Some(at) = shard.reservations.at(slot).ends_at() {
            shard.timers.disarm(at, slot);
        }
        shard.change_reservation(slot, |reservation| reservation.status = status);
        if let Some(at) = shard.reservations.at(slot).ends_at() {
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
        if let Some(at) = reservation.ends_at() {
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
