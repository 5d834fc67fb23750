//! I5: money and orders go together. Every charge that was captured has a confirmed order that says so, or went back;
//! every order has one captured charge of its amount, or is cancelled and nothing was charged; and once all is settled no buyer's money is on hold.

use std::collections::HashMap;

use crate::cluster::intent::Intent;
use crate::cluster::order::Order;

/// What is wrong with a ledger and the orders, when all is settled.
pub(crate) fn violations(ledger: &[Intent], orders: &[Order]) -> Vec<String> {
    let by_payment: HashMap<&str, &Order> =
        orders.iter().map(|order| (order.payment.as_str(), order)).collect();
    let by_id: HashMap<&str, &Intent> = ledger.iter().map(|intent| (intent.id.as_str(), intent)).collect();
    let mut wrong = Vec::new();
    if by_payment.len() != orders.len() {
        wrong.push("I5: two orders are paid by one charge".to_owned());
    }
    for intent in ledger {
        if intent.holds_money() {
            wrong.push(format!("I5: money is on hold: {intent:?}"));
        }
        if intent.net() > 0 && !by_payment.contains_key(intent.id.as_str()) {
            wrong.push(format!("I5: charged, and there is no order: {intent:?}"));
        }
    }
    for order in orders {
        let intent = by_id.get(order.payment.as_str());
        if !intent.is_some_and(|intent| is_paid_by(order, intent)) {
            wrong.push(format!("I5: the order is not what was charged: {order:?}, {intent:?}"));
        }
    }
    wrong
}

fn is_paid_by(order: &Order, intent: &Intent) -> bool {
    if order.status == "cancelled" {
        return order.capture == "failed" && order.reservation == intent.reservation && intent.net() == 0;
    }
    let status = match order.refunded {
        0 => "confirmed",
        refunded if refunded < order.amount => "partially_refunded",
        _ => "refunded",
    };
    order.reservation == intent.reservation
        && (order.capture.as_str(), order.status.as_str()) == ("captured", status)
        && (order.amount, order.refunded) == (intent.captured, intent.refunded)
}

#[cfg(test)]
mod tests {
    use simulator::IntentStatus::{Canceled, RequiresCapture, Succeeded};

    use super::*;
    use crate::cluster::intent::noted;

    fn order(reservation: &str, refunded: i64, status: &str, capture: &str) -> Order {
        Order {
            id: format!("order-{reservation}"),
            reservation: reservation.to_owned(),
            payment: format!("pi-{reservation}"),
            amount: 10,
            refunded,
            status: status.to_owned(),
            capture: capture.to_owned(),
            created_at: std::time::SystemTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn money_without_an_order_and_an_order_without_money_are_found() {
        let (paid, fine) = ([noted("r", Succeeded, 10, 0)], [order("r", 0, "confirmed", "captured")]);
        let count = |ledger: &[Intent], orders: &[Order]| violations(ledger, orders).len();
        assert_eq!(count(&paid, &fine), 0);
        assert_eq!(count(&[noted("r", Succeeded, 10, 10)], &[]), 0, "it went back");
        assert_eq!(count(&[noted("q", Canceled, 0, 0)], &[]), 0);
        assert_eq!(count(&paid, &[]), 1);
        assert_eq!(count(&[], &fine), 1);
        assert_eq!(count(&paid, &[order("r", 0, "confirmed", "pending")]), 1);
        assert_eq!(count(&[noted("r", Succeeded, 9, 0)], &fine), 1, "another amount");
        assert_eq!(count(&[noted("r", Succeeded, 10, 3)], &fine), 1, "a refund unknown");
        assert_eq!(count(&[noted("r", Succeeded, 10, 3)], &[order("r", 3, "refunded", "captured")]), 1);
        assert_eq!(count(&paid, &fine.clone().into_iter().chain(fine).collect::<Vec<_>>()), 1);
        let cancelled = [order("r", 0, "cancelled", "failed")];
        assert_eq!(count(&[noted("r", Canceled, 0, 0)], &cancelled), 0);
        assert_eq!(count(&paid, &cancelled), 1, "charged for nothing");
        assert_eq!(count(&[noted("q", RequiresCapture, 0, 0)], &[]), 1, "money on hold");
    }
}
