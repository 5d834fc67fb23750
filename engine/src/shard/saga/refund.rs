//! What becomes of a refund that an operator asked for.
//!
//! Units go back on sale when all of the order's money is back, not before: a refund that fails leaves the buyer with what
//! was bought, and units that somebody has must not be sold again.

use super::{Heard, Unfit};
use crate::shard::step::Step;
use crate::state::Slot;
use crate::vocabulary::saga::{Finding, Report};
use crate::vocabulary::text::{DeclineCode, ProviderRefundId};
use crate::vocabulary::view::{Capture, RefundStatus};

impl Step<'_> {
    /// Takes a report about a refund by the provider. Before the money was taken nothing of it can go back.
    pub(in crate::shard) fn hear_of_refund(&mut self, slot: Slot, report: &Report) -> Heard {
        let order = self.shard.orders.at(self.shard.refunds.at(slot).order);
        if order.charge.as_ref().is_none_or(|charge| charge.capture != Capture::Captured) {
            return Err(Unfit);
        }
        match &report.finding {
            Finding::RefundMade(_, made) => self.refund_made(slot, made)?,
            Finding::RefundSucceeded(_) => self.refund_succeeded(slot)?,
            Finding::RefundFailed(_, code) => self.refund_failed(slot, code)?,
            Finding::RefundUnchanged(_) => {}
            _ => return Err(Unfit),
        }
        self.shard.change_refund(slot, |refund| {
            refund.payout.iter_mut().for_each(|payout| payout.notices.look(report.noticed));
        });
        Ok(())
    }

    fn refund_made(&mut self, slot: Slot, made: &ProviderRefundId) -> Heard {
        let payout = self.shard.refunds.at(slot).payout.as_ref().ok_or(Unfit)?;
        match &payout.made {
            Some(known) if known == made => Ok(()),
            None if payout.status == RefundStatus::Pending => {
                self.shard.change_refund(slot, |refund| {
                    refund.payout.iter_mut().for_each(|payout| payout.made = Some(made.clone()));
                });
                Ok(())
            }
            _ => Err(Unfit),
        }
    }

    /// What failed stays so: the provider never takes that back, so a success that is told later was told late.
    fn refund_succeeded(&mut self, slot: Slot) -> Heard {
        let refund = self.shard.refunds.at(slot);
        let order = refund.order;
        match refund.status() {
            RefundStatus::Succeeded => return Ok(()),
            RefundStatus::Failed => return Err(Unfit),
            RefundStatus::Pending => {}
        }
        self.end_refund(slot, RefundStatus::Succeeded, None);
        self.emit_order(order);
        Ok(())
    }

    /// A refund can fail after it had succeeded: the bank sent the money back. Units that went back on sale stay there.
    fn refund_failed(&mut self, slot: Slot, code: &DeclineCode) -> Heard {
        let refund = self.shard.refunds.at(slot);
        let (order, status) = (refund.order, refund.status());
        if status == RefundStatus::Failed {
            return Ok(());
        }
        self.end_refund(slot, RefundStatus::Failed, Some(code));
        if status == RefundStatus::Succeeded {
            self.emit_order(order);
        }
        Ok(())
    }

    /// Gives a refund its end, or the other one. That the order changed is for the caller to tell.
    pub(super) fn end_refund(&mut self, slot: Slot, status: RefundStatus, error: Option<&DeclineCode>) {
        let refund = self.shard.refunds.at(slot);
        let (order, amount, before) = (refund.order, refund.amount, refund.status());
        let has_arrived = status == RefundStatus::Succeeded;
        let wants_restock = refund.restock && has_arrived;
        self.shard.change_refund(slot, |refund| {
            refund.payout.iter_mut().for_each(|payout| {
                payout.status = status;
                payout.error = error.cloned();
            });
        });
        self.shard.change_order(order, |order| {
            if let (RefundStatus::Pending, Some(charge)) = (before, &mut order.charge) {
                charge.refunding = charge.refunding.saturating_sub(amount);
            }
            order.charge.iter_mut().for_each(|charge| charge.restock |= wants_restock);
            match (before, status) {
                (_, RefundStatus::Succeeded) => order.refund(order.refunded.saturating_add(amount)),
                (RefundStatus::Succeeded, _) => order.refund(order.refunded.saturating_sub(amount)),
                _ => {}
            }
        });
        if has_arrived && self.is_to_be_restocked(order) {
            self.restock(order);
        }
        self.emit_refund(slot);
    }

    fn is_to_be_restocked(&self, order: Slot) -> bool {
        let order = self.shard.orders.at(order);
        order.refunded >= order.amount && order.charge.as_ref().is_some_and(|charge| charge.restock)
    }

    /// The money is back whatever the books say; if they do not allow it, the units stay where they are.
    fn restock(&mut self, order: Slot) {
        if self.shard.orders.at(order).restocked {
            return;
        }
        let product = self.shard.orders.at(order).product;
        let returned = self.return_units(order);
        if self.or_freeze(product, returned).is_ok() {
            self.shard.change_order(order, |order| order.restocked = true);
        }
    }
}
