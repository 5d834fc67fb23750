//! Money that was taken though it should not have been goes back, however long that takes.

use super::{Heard, Unfit};
use crate::shard::step::Step;
use crate::state::Slot;
use crate::state::saga::Stage;
use crate::vocabulary::text::ProviderRefundId;
use crate::vocabulary::time::Span;

impl Step<'_> {
    pub(super) fn compensation_made(&mut self, slot: Slot, attempt: u8, refund: &ProviderRefundId) -> Heard {
        let one = self.one(slot, attempt)?;
        if one.stage != Stage::Compensating || one.compensation.as_ref().is_some_and(|made| made != refund) {
            return Err(Unfit);
        }
        self.change_try(slot, attempt, |one| one.compensation = Some(refund.clone()));
        Ok(())
    }

    /// The report does not name the refund, and may be of one that was returned since. So none counts before the next is
    /// on record, and that one is rechecked.
    pub(super) fn compensated(&mut self, slot: Slot, attempt: u8) -> Heard {
        let one = self.one(slot, attempt)?;
        match one.stage {
            Stage::Compensating if one.compensation.is_some() => {
                let now = self.now();
                self.change_try(slot, attempt, |one| {
                    // From now on it is known for a while that the money came back, however long it was on its way.
                    one.since = now;
                    one.go(Stage::Dead);
                });
                self.leave_payment(slot, attempt);
                Ok(())
            }
            Stage::Dead if one.compensation.is_some() => Ok(()),
            _ => Err(Unfit),
        }
    }

    /// Another refund is to be made, under another key: `since` is later than the one before had. The report does not
    /// name the refund, and may be late: whoever makes another looks first whether the provider has one that did not
    /// fail.
    pub(super) fn compensation_failed(&mut self, slot: Slot, attempt: u8) -> Heard {
        let one = self.one(slot, attempt)?;
        let is_back_no_more = one.stage == Stage::Dead && one.compensation.is_some();
        if one.stage != Stage::Compensating && !is_back_no_more {
            return Err(Unfit);
        }
        let now = self.now();
        self.change_try(slot, attempt, |one| {
            (one.compensation, one.since) = (None, now.max(one.since.after(Span(1))));
            one.go(Stage::Compensating);
        });
        Ok(())
    }
}
