//! An order in JSON.

use engine::view::OrderView;
use engine::{Currency, OrderId, ReservationId};
use serde::Serialize;

use super::{Shown, Timestamp, Word};

/// An order.
#[derive(Serialize)]
pub(crate) struct OrderJson<'a> {
    id: Shown<'a, OrderId>,
    reservation_id: Shown<'a, ReservationId>,
    product_id: &'a str,
    buyer_id: &'a str,
    quantity: u32,
    amount: u64,
    currency: Shown<'a, Currency>,
    reference: Option<&'a str>,
    payment_id: Option<&'a str>,
    status: &'static str,
    capture: &'static str,
    refunded_amount: u64,
    created_at: Timestamp,
}

impl<'a> From<&'a OrderView> for OrderJson<'a> {
    fn from(order: &'a OrderView) -> OrderJson<'a> {
        OrderJson {
            id: Shown(&order.id),
            reservation_id: Shown(&order.reservation),
            product_id: &order.product,
            buyer_id: &order.buyer,
            quantity: order.quantity,
            amount: order.price.amount,
            currency: Shown(&order.price.currency),
            reference: order.reference.as_deref(),
            payment_id: order.payment.as_deref(),
            status: order.status.word(),
            capture: order.capture.word(),
            refunded_amount: order.refunded,
            created_at: Timestamp(order.created_at),
        }
    }
}
