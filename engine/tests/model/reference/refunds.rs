//! Money that goes back to a buyer.

use engine::command::Refund as Asked;
use engine::saga::{Finding, Report};
use engine::view::{Capture, OrderStatus, RefundStatus};
use engine::{Done, Field, OrderId, RefundId, Refusal, Status};

use super::objections::Objections;
use super::shop::Shop;
use super::things::{Order, Paid, Refund};

impl Shop {
    pub(crate) fn against_refund(&self, asked: &Asked, has_key: bool, against: &mut Objections) {
        let Some(order) = self.orders.get(&asked.order) else { return against.add(Refusal::NotFound) };
        against.add_if(has_key && !self.has_room_for_answers(&order.buyer), Refusal::TooManyKeys);
        let conflict = Refusal::Conflict(Status::Order(self.order_status(asked.order)));
        against.add_if(self.refunds.contains_key(&asked.id), conflict.clone());
        if self.has_nothing_left(asked.order) {
            return against.add(conflict);
        }
        let (takes, amount) = (self.rest(asked.order), self.amount(asked));
        let is_too_much = amount > takes;
        let is_nothing = amount == 0 && order.price.amount > 0;
        against.add_if(is_too_much || is_nothing, Refusal::Invalid(Field::Amount { takes }));
        let cannot_restock = asked.restock && (amount != takes || order.returned);
        against.add_if(cannot_restock, Refusal::Invalid(Field::Restock));
    }

    /// Where the shop took the money it has given it back; where the provider did, that is to.
    pub(crate) fn refund(&mut self, asked: &Asked) -> Done {
        let amount = self.amount(asked);
        let order = self.orders.get_mut(&asked.order).expect("it was found");
        let by_provider = matches!(order.paid, Paid::Provider { .. });
        let status = if by_provider { RefundStatus::Pending } else { RefundStatus::Succeeded };
        order.returned |= asked.restock && !by_provider;
        let refund = Refund {
            order: asked.order,
            amount,
            restock: asked.restock,
            status,
            arrived: !by_provider,
            error: None,
            made: None,
            created_at: self.now,
        };
        self.refunds.insert(asked.id, refund);
        if by_provider { Done::RefundBegun(asked.id) } else { Done::Refunded(asked.id) }
    }

    pub(crate) fn against_refund_report(&self, report: &Report, id: RefundId, against: &mut Objections) {
        let Some(refund) = self.refunds.get(&id) else { return against.add(Refusal::NotFound) };
        let order = &self.orders[&refund.order];
        let Some(capture) = its_capture(order, report) else { return against.add(Refusal::NotFound) };
        let fits = capture == Capture::Captured && fits(refund, &report.finding);
        against.add_if(!fits, Refusal::Conflict(Status::Order(self.order_status(refund.order))));
    }

    pub(crate) fn refund_report(&mut self, finding: &Finding, id: RefundId) {
        let refund = self.refunds.get_mut(&id).expect("it was found");
        match finding {
            Finding::RefundMade(_, made) => refund.made = Some(made.clone()),
            Finding::RefundSucceeded(_) => {
                (refund.status, refund.arrived) = (RefundStatus::Succeeded, true);
            }
            Finding::RefundFailed(_, code) if refund.status != RefundStatus::Failed => {
                (refund.status, refund.error) = (RefundStatus::Failed, Some(code.clone()));
            }
            _ => {}
        }
        let (id, has_arrived) = (refund.order, matches!(finding, Finding::RefundSucceeded(_)));
        let wants = refund.restock && refund.status == RefundStatus::Succeeded;
        let back = self.refunded(id);
        let order = self.orders.get_mut(&id).expect("it is there");
        order.restocks |= wants;
        order.returned |= has_arrived && order.restocks && back >= order.price.amount;
    }

    fn amount(&self, asked: &Asked) -> u64 {
        asked.amount.unwrap_or(self.rest(asked.order))
    }

    /// Whether all of it went back, is on its way back, or was never taken. What was free can be refunded once.
    fn has_nothing_left(&self, id: OrderId) -> bool {
        let is_over = matches!(self.order_status(id), OrderStatus::Refunded | OrderStatus::Cancelled);
        is_over || (self.orders[&id].price.amount > 0 && self.rest(id) == 0)
    }
}

/// How the money of an order stands, if it is the one that the report is about.
fn its_capture(order: &Order, report: &Report) -> Option<Capture> {
    match order.paid {
        Paid::Provider { attempt, capture, .. } => {
            (attempt == report.attempt && order.reservation == report.reservation).then_some(capture)
        }
        _ => None,
    }
}

/// A refund that failed stays so; one that succeeded can still fail.
fn fits(refund: &Refund, finding: &Finding) -> bool {
    match finding {
        Finding::RefundMade(_, made) => match &refund.made {
            Some(known) => known == made,
            None => refund.status == RefundStatus::Pending,
        },
        Finding::RefundSucceeded(_) => refund.status != RefundStatus::Failed,
        _ => true,
    }
}
