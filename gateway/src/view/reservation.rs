//! A reservation in JSON.

use engine::view::ReservationView;
use engine::{Currency, OrderId, ReservationId};
use serde::Serialize;

use super::payment::PaymentJson;
use super::{Audience, Shown, Timestamp, Word};

/// A reservation.
#[derive(Serialize)]
pub(crate) struct ReservationJson<'a> {
    id: Shown<'a, ReservationId>,
    product_id: &'a str,
    buyer_id: &'a str,
    quantity: u32,
    amount: u64,
    currency: Shown<'a, Currency>,
    reference: Option<&'a str>,
    status: &'static str,
    created_at: Timestamp,
    expires_at: Timestamp,
    order_id: Option<Shown<'a, OrderId>>,
    payment: Option<PaymentJson<'a>>,
}

impl<'a> ReservationJson<'a> {
    /// A reservation as `audience` may see it.
    pub(crate) fn of(reservation: &'a ReservationView, audience: Audience) -> ReservationJson<'a> {
        ReservationJson {
            id: Shown(&reservation.id),
            product_id: &reservation.product,
            buyer_id: &reservation.buyer,
            quantity: reservation.quantity,
            amount: reservation.price.amount,
            currency: Shown(&reservation.price.currency),
            reference: reservation.reference.as_deref(),
            status: reservation.status.word(),
            created_at: Timestamp(reservation.created_at),
            expires_at: Timestamp(reservation.expires_at),
            order_id: reservation.order.as_ref().map(Shown),
            payment: PaymentJson::of(reservation, audience),
        }
    }
}
