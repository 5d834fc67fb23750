//! Orders against charges: whether what the state says of the money agrees with itself.

use std::collections::BTreeMap;

use bincode::{Decode, Encode};

use super::{First, OpenAlarms};
use crate::snapshot::Capture;
use crate::state::order::{Charge, Order};
use crate::state::reservation::Reservation;
use crate::state::saga::{Saga, Stage, Try};
use crate::state::{NONE, Slot};
use crate::vocabulary::id::{OrderId, ReservationId};
use crate::vocabulary::text::ProductId;
use crate::vocabulary::view::{self, OrderStatus, RefundStatus};

/// What the money of one replica comes to, beside the counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct PaymentAudit {
    /// What somebody has to look at. It is known, and being put right: no fault of the state.
    pub alarms: OpenAlarms,
    /// Where the state does not agree with itself, which never happens.
    pub mismatches: First<Mismatch>,
}

/// An order and its money do not agree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Mismatch {
    /// The reservation that was paid.
    pub reservation: ReservationId,
    /// The order that it became, if it did.
    pub order: Option<OrderId>,
    /// In what they do not agree.
    pub fault: Fault,
}

/// In what an order and its money do not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Fault {
    /// Money is held or was taken for good, and no order has it for its charge.
    NoOrder,
    /// The order tells otherwise of the capture than the payment does, or there is no such payment.
    OtherCapture,
    /// The money was taken, the order is cancelled, and not all of it is back or on its way.
    TakenForNothing,
    /// The money could not be taken, and the order stands.
    NothingTaken,
    /// More is back or on its way than was paid.
    RefundedTooMuch,
    /// Something went back of money that was not taken.
    RefundedTooEarly,
    /// What is back or on its way is not what the refunds add up to.
    OtherRefunds,
}

/// What an order's refunds add up to, in minor units.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Refunds {
    back: u64,
    under_way: u64,
}

impl PaymentAudit {
    /// Whether every order agrees with its money. Alarms may be open.
    pub fn is_sound(&self) -> bool {
        self.mismatches.count == 0
    }
}

impl Capture {
    /// Holds the orders of one product, or of all, against their charges and refunds, and lists the open alarms. Cost:
    /// O(all records), and for each that has to do with a payment by the provider O(log of those).
    pub fn audit_payments(&self, product: Option<&ProductId>) -> PaymentAudit {
        let is_asked_for = |slot: Slot| product.is_none_or(|product| self.products.at(slot).id == *product);
        let mut audit = PaymentAudit::default();
        let mut note =
            |reservation, order, fault| audit.mismatches.add(Mismatch { reservation, order, fault });
        for (reservation, saga) in self.paid_by_provider() {
            if is_asked_for(reservation.product) {
                audit.alarms.add_saga(saga, &self.products.at(reservation.product).id);
                let without =
                    saga.numbered().filter(|(attempt, one)| self.lacks_order(reservation, *attempt, one));
                without.for_each(|_| {
                    note(reservation.id, self.order_of(reservation).map(|order| order.id), Fault::NoOrder)
                });
            }
        }
        let (sagas, refunds) = (self.sagas_by_reservation(), self.refunds_by_order());
        for order in self.orders.iter().filter(|order| is_asked_for(order.product)) {
            audit.alarms.add_order(order, &self.products.at(order.product).id);
            let refunds = refunds.get(&order.id).copied().unwrap_or_default();
            let of_charge =
                order.charge.iter().flat_map(|charge| faults(order, charge, sagas.get(&order.reservation)));
            for fault in of_charge.chain(faults_of_refunds(order, refunds)) {
                note(order.reservation, Some(order.id), fault);
            }
        }
        audit
    }

    /// Whether a try holds money for good that is not the charge of its order.
    fn lacks_order(&self, reservation: &Reservation, attempt: u8, one: &Try) -> bool {
        let charge = self.order_of(reservation).and_then(|order| order.charge.as_ref());
        let is_its =
            |charge: &Charge| charge.attempt == attempt && one.intent.as_ref() == Some(&charge.intent);
        matches!(one.stage, Stage::Authorized | Stage::Captured)
            && !charge.is_some_and(|charge| is_its(charge))
    }

    fn order_of(&self, reservation: &Reservation) -> Option<&Order> {
        (reservation.order != NONE).then(|| self.orders.at(reservation.order))
    }

    fn refunds_by_order(&self) -> BTreeMap<OrderId, Refunds> {
        let mut sums = BTreeMap::<OrderId, Refunds>::new();
        for refund in self.refunds.iter() {
            let sum = sums.entry(self.orders.at(refund.order).id).or_default();
            match refund.status() {
                RefundStatus::Succeeded => sum.back = sum.back.saturating_add(refund.amount),
                RefundStatus::Pending => sum.under_way = sum.under_way.saturating_add(refund.amount),
                RefundStatus::Failed => {}
            }
        }
        sums
    }
}

fn faults(order: &Order, charge: &Charge, saga: Option<&&Saga>) -> impl Iterator<Item = Fault> {
    let (is_cancelled, capture) = (order.status == OrderStatus::Cancelled, charge.capture);
    let is_captured = capture == view::Capture::Captured;
    let faults = [
        (!agrees(charge, saga), Fault::OtherCapture),
        (is_cancelled && is_captured && order.rest() > 0, Fault::TakenForNothing),
        (!is_cancelled && capture == view::Capture::Failed, Fault::NothingTaken),
        (!is_captured && order.refunded > 0, Fault::RefundedTooEarly),
    ];
    faults.into_iter().filter_map(|(is_so, fault)| is_so.then_some(fault))
}

/// Whether a charge says of the capture what its payment says. A payment is forgotten once nothing can come of it: not
/// while its money is still to be taken.
fn agrees(charge: &Charge, saga: Option<&&Saga>) -> bool {
    let Some(saga) = saga else { return charge.capture != view::Capture::Pending };
    let stage = saga.get(charge.attempt).map(|one| &one.stage);
    match charge.capture {
        view::Capture::Pending => matches!(stage, Some(Stage::Authorized)),
        view::Capture::Captured => matches!(stage, Some(Stage::Captured)),
        view::Capture::Failed => matches!(stage, Some(Stage::Unsettled | Stage::Compensating | Stage::Dead)),
        view::Capture::External => false,
    }
}

fn faults_of_refunds(order: &Order, refunds: Refunds) -> impl Iterator<Item = Fault> {
    let under_way = order.charge.as_ref().map_or(0, |charge| charge.refunding);
    let books = Refunds { back: order.refunded, under_way };
    let faults = [
        (order.refunded.saturating_add(under_way) > order.amount, Fault::RefundedTooMuch),
        (books != refunds, Fault::OtherRefunds),
    ];
    faults.into_iter().filter_map(|(is_so, fault)| is_so.then_some(fault))
}
