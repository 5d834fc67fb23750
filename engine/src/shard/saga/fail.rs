//! A try comes to nothing: it is declined, or known to be dead, and the reservation leaves payment.

use super::{Heard, Unfit};
use crate::shard::step::Step;
use crate::state::Slot;
use crate::state::saga::Stage;
use crate::vocabulary::text::DeclineCode;
use crate::vocabulary::view::{PaymentError, ReservationStatus};

impl Step<'_> {
    /// The provider or the bank said no. The intent, if there is one, is cancelled in the background.
    pub(super) fn declined(
        &mut self,
        slot: Slot,
        attempt: u8,
        code: &DeclineCode,
        before_it_began: bool,
    ) -> Heard {
        let one = self.one(slot, attempt)?;
        if !one.is_active() || (one.stage == Stage::Queued && !before_it_began) {
            return Err(Unfit);
        }
        let stage = if one.intent.is_some() { Stage::Declined } else { Stage::Dead };
        self.change_try(slot, attempt, |one| one.fail(stage, PaymentError::Declined(code.clone())));
        self.leave_payment(slot, attempt);
        Ok(())
    }

    /// A reservation that waited for this try waits no longer: it is held again, as long as it was to be, or over.
    pub(super) fn leave_payment(&mut self, slot: Slot, attempt: u8) {
        if !self.waits_for(slot, attempt) {
            return;
        }
        if self.now() < self.shard.reservations.at(slot).expires_at() {
            self.turn(slot, ReservationStatus::Held);
        } else {
            let sound = self.check_hold(slot);
            self.expire(slot, sound);
        }
    }
}
