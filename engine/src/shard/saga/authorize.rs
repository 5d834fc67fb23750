//! The money is held: the hold becomes an order, in the same step.

use super::{Heard, Unfit};
use crate::shard::commands::order::{self, Paid};
use crate::shard::step::Step;
use crate::state::Slot;
use crate::state::order::Charge;
use crate::state::saga::Stage;
use crate::vocabulary::id::OrderId;
use crate::vocabulary::time::LogTime;
use crate::vocabulary::view::{Capture, PaymentError};

impl Step<'_> {
    pub(super) fn authorized(&mut self, slot: Slot, attempt: u8, capture_before: Option<LogTime>) -> Heard {
        let one = self.one(slot, attempt)?;
        let has_intent = one.intent.is_some();
        match one.stage {
            Stage::Created | Stage::Processing | Stage::RequiresAction(_) => {
                self.change_try(slot, attempt, |one| one.capture_before = capture_before);
                self.commit(slot, attempt, Stage::Authorized);
                Ok(())
            }
            Stage::Authorized | Stage::Cancelling | Stage::Unsettled => Ok(()),
            Stage::Declined | Stage::Dead if has_intent => {
                self.change_try(slot, attempt, |one| one.go(Stage::Unsettled));
                Ok(())
            }
            _ => Err(Unfit),
        }
    }

    /// Sells the units and makes the order, or turns to undoing the payment if that cannot be.
    pub(super) fn commit(&mut self, slot: Slot, attempt: u8, stage: Stage) {
        let Some((id, charge)) = self.charge(slot, attempt, &stage) else { return };
        let is_captured = stage == Stage::Captured;
        if !self.can_commit(slot, attempt, id) {
            let undo = if is_captured { Stage::Compensating } else { Stage::Cancelling };
            let now = self.now();
            return self.change_try(slot, attempt, |one| {
                one.since = if is_captured { now } else { one.since };
                one.fail(undo, PaymentError::Cancelled);
            });
        }
        self.change_try(slot, attempt, |one| one.go(stage));
        order::make(self, slot, id, Paid::Provider(Box::new(charge)));
    }

    fn can_commit(&mut self, slot: Slot, attempt: u8, order: OrderId) -> bool {
        let product = self.shard.reservations.at(slot).product;
        let is_free = order::check_id(self.shard, order).is_ok();
        if !is_free || !self.waits_for(slot, attempt) || self.not_frozen(product).is_err() {
            return false;
        }
        let sold = self.check_hold(slot).and_then(|()| self.sell_units(slot));
        self.or_freeze(product, sold).is_ok()
    }

    fn charge(&self, slot: Slot, attempt: u8, stage: &Stage) -> Option<(OrderId, Charge)> {
        let one = self.one(slot, attempt).ok()?;
        let capture = if *stage == Stage::Captured { Capture::Captured } else { Capture::Pending };
        let (account, intent) = (one.account.clone(), one.intent.clone()?);
        Some((one.order, Charge { account, intent, attempt, capture, refunding: 0, restock: false }))
    }
}
