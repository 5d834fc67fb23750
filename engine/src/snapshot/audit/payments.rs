//! A recount of payments by the provider: how many stand where, and what they come to.

use bincode::{Decode, Encode};

use super::Takings;
use crate::snapshot::Capture;
use crate::state::order::{Charge, Order};
use crate::state::refund::Payout;
use crate::vocabulary::view::{self, Alarms, RefundStatus, ReservationStatus};

/// How many payments by the provider stand where. Orders and refunds that were paid outside are not among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Payments {
    /// Orders whose money is held and about to be taken.
    pub pending: u64,
    /// Orders whose money was taken.
    pub captured: u64,
    /// Orders whose money could not be taken.
    pub failed: u64,
    /// Reservations that are being paid.
    pub paying: u64,
    /// Refunds that did not arrive yet.
    pub refunds_pending: u64,
    /// Refunds that failed, also where another was made since.
    pub refunds_failed: u64,
    /// What somebody has to look at.
    pub alarms: Alarms,
    /// What was taken and given back: one for each currency that there are orders in, in the order of their codes.
    pub takings: Vec<Takings>,
}

impl Payments {
    /// Adds those of another product or shard.
    pub fn add(&mut self, others: &Payments) {
        let counts = [
            (&mut self.pending, others.pending),
            (&mut self.captured, others.captured),
            (&mut self.failed, others.failed),
            (&mut self.paying, others.paying),
            (&mut self.refunds_pending, others.refunds_pending),
            (&mut self.refunds_failed, others.refunds_failed),
        ];
        counts.into_iter().for_each(|(count, more)| *count = count.saturating_add(more));
        self.alarms = self.alarms.and(others.alarms);
        others.takings.iter().for_each(|takings| takings.add_to(&mut self.takings));
    }

    fn count_order(&mut self, order: &Order, charge: &Charge) {
        match charge.capture {
            view::Capture::Pending => self.pending += 1,
            view::Capture::Captured => self.captured += 1,
            view::Capture::Failed => self.failed += 1,
            view::Capture::External => {}
        }
        Takings::of(order, charge).add_to(&mut self.takings);
    }

    fn count_refund(&mut self, payout: &Payout) {
        match payout.status {
            RefundStatus::Pending => self.refunds_pending += 1,
            RefundStatus::Failed => self.refunds_failed += 1,
            RefundStatus::Succeeded => {}
        }
    }
}

impl Capture {
    /// The payments of each product, in the order of the slots: products are never removed, so a slot is a place.
    pub(super) fn recount_payments(&self) -> Vec<Payments> {
        let mut all = self.products.iter().map(|_| Payments::default()).collect::<Vec<_>>();
        for (reservation, saga) in self.paid_by_provider() {
            let payments = &mut all[reservation.product as usize];
            payments.paying += u64::from(reservation.status == ReservationStatus::Paying);
            payments.alarms = payments.alarms.and(saga.alarms());
        }
        for order in self.orders.iter() {
            if let Some(charge) = &order.charge {
                let payments = &mut all[order.product as usize];
                payments.count_order(order, charge);
                payments.alarms.refund_returned += u64::from(order.refund_returned());
            }
        }
        for refund in self.refunds.iter() {
            if let Some(payout) = &refund.payout {
                all[self.orders.at(refund.order).product as usize].count_refund(payout);
            }
        }
        all
    }
}
