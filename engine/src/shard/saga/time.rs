//! A payment's time is up: it turns to its undoing, or its units are given back whatever is known of it.

use crate::shard::step::Step;
use crate::state::saga::{Saga, Stage, Try};
use crate::state::{Broken, Slot};
use crate::vocabulary::time::LogTime;
use crate::vocabulary::view::{PaymentError, ReservationStatus};

impl Step<'_> {
    /// The timer of a live reservation, already taken off, was due at `at`. Tells whether a saga had to do with it; if
    /// not, the hold just ends. `sound` tells whether the hold was as it must be.
    pub(in crate::shard) fn run_out_of_time(
        &mut self,
        at: LogTime,
        slot: Slot,
        sound: Result<(), Broken>,
    ) -> bool {
        let reservation = self.shard.reservations.at(slot);
        let release_by = reservation.release_by();
        let saga = self.shard.sagas.find(reservation.id);
        let Some(attempt) = saga.map(Saga::last).filter(|_| reservation.status == ReservationStatus::Paying)
        else {
            return false;
        };
        if at >= release_by {
            self.change_last(slot, attempt, |one| out_of_time(one, Stage::Unsettled));
            self.expire(slot, sound);
            return true;
        }
        self.change_last(slot, attempt, |one| out_of_time(one, Stage::Cancelling));
        if let Err(Broken) = sound {
            self.freeze(self.shard.reservations.at(slot).product);
        }
        let is_dead = self.one(slot, attempt).is_ok_and(|one| one.stage == Stage::Dead);
        if is_dead {
            self.leave_payment(slot, attempt)
        } else {
            self.emit_reservation(slot)
        }
        true
    }

    fn change_last(&mut self, slot: Slot, attempt: u8, change: impl FnOnce(&mut Try)) {
        self.change_try(slot, attempt, change);
        // The change may have left the timer as it was, and it was taken off.
        if let Some(due) = self.shard.ends_at(slot) {
            self.shard.timers.disarm(due, slot);
            self.shard.timers.arm(due, slot);
        }
    }
}

/// What was never confirmed is dead; the rest is to be undone. What is being undone already is unsettled once its units
/// are given back; what is being compensated goes on.
fn out_of_time(one: &mut Try, undo: Stage) {
    if one.is_active() {
        let stage = if one.intent.is_some() { undo } else { Stage::Dead };
        one.fail(stage, PaymentError::TimedOut);
    } else if one.stage == Stage::Cancelling {
        one.go(undo);
    }
}
