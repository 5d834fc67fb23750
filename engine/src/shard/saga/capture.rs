//! The money of an order is taken, or cannot be: then the order is cancelled.

use super::{Heard, Unfit};
use crate::shard::step::Step;
use crate::state::saga::Stage;
use crate::state::{NONE, Slot};
use crate::vocabulary::text::DeclineCode;
use crate::vocabulary::view::{Capture, OrderStatus, PaymentError, RefundStatus};

/// What the provider calls an intent that is dead.
pub(super) fn cancelled() -> DeclineCode {
    DeclineCode::new("canceled").expect("the text is well formed")
}

impl Step<'_> {
    pub(super) fn captured(&mut self, slot: Slot, attempt: u8) -> Heard {
        let one = self.one(slot, attempt)?;
        let has_intent = one.intent.is_some();
        match one.stage {
            Stage::Created | Stage::Processing | Stage::RequiresAction(_) => {
                self.commit(slot, attempt, Stage::Captured);
                Ok(())
            }
            Stage::Authorized => {
                self.change_try(slot, attempt, |one| one.go(Stage::Captured));
                self.set_capture(slot, Capture::Captured);
                Ok(())
            }
            Stage::Captured | Stage::Compensating => Ok(()),
            Stage::Cancelling | Stage::Declined | Stage::Unsettled | Stage::Dead if has_intent => {
                let now = self.now();
                self.change_try(slot, attempt, |one| {
                    one.since = now;
                    one.go(Stage::Compensating);
                });
                Ok(())
            }
            _ => Err(Unfit),
        }
    }

    pub(super) fn capture_failed(&mut self, slot: Slot, attempt: u8, code: &DeclineCode) -> Heard {
        if self.stage(slot, attempt)? != Stage::Authorized {
            return Err(Unfit);
        }
        self.fail_capture(slot, attempt, code, Stage::Unsettled);
        Ok(())
    }

    /// The order is cancelled and its units go back on sale. The reservation stays for a day more, with the alarm.
    pub(super) fn fail_capture(&mut self, slot: Slot, attempt: u8, code: &DeclineCode, stage: Stage) {
        self.change_try(slot, attempt, |one| one.fail(stage, PaymentError::CaptureFailed(code.clone())));
        let reservation = self.shard.reservations.at(slot);
        let (id, order, product) = (reservation.id, reservation.order, reservation.product);
        if order != NONE {
            let returned = self.return_units(order);
            let is_back = self.or_freeze(product, returned).is_ok();
            let mut refunds = self.shard.agenda.refunds(id).collect::<Vec<_>>();
            // In an order that every replica sees alike, also one that was loaded from a snapshot.
            refunds.sort_unstable_by_key(|&refund| self.shard.refunds.at(refund).id);
            for refund in refunds {
                if self.shard.refunds.at(refund).order == order {
                    self.end_refund(refund, RefundStatus::Failed, Some(code));
                }
            }
            self.shard.change_order(order, |order| {
                order.status = OrderStatus::Cancelled;
                order.restocked = is_back;
            });
        }
        self.set_capture(slot, Capture::Failed);
        self.keep_longer(slot);
    }

    fn set_capture(&mut self, slot: Slot, capture: Capture) {
        let order = self.shard.reservations.at(slot).order;
        if order == NONE {
            return;
        }
        self.shard.change_order(order, |order| {
            if let Some(charge) = &mut order.charge {
                charge.capture = capture;
            }
        });
        self.emit_order(order);
    }
}
