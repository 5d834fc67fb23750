//! A refund in JSON.

use engine::view::RefundView;
use engine::{Currency, OrderId, RefundId};
use serde::Serialize;

use super::{Shown, Timestamp, Word};

/// A refund.
#[derive(Serialize)]
pub(crate) struct RefundJson<'a> {
    id: Shown<'a, RefundId>,
    order_id: Shown<'a, OrderId>,
    amount: u64,
    currency: Shown<'a, Currency>,
    restock: bool,
    status: &'static str,
    failure_reason: Option<&'a str>,
    created_at: Timestamp,
}

impl<'a> From<&'a RefundView> for RefundJson<'a> {
    fn from(refund: &'a RefundView) -> RefundJson<'a> {
        RefundJson {
            id: Shown(&refund.id),
            order_id: Shown(&refund.order),
            amount: refund.price.amount,
            currency: Shown(&refund.price.currency),
            restock: refund.restock,
            status: refund.status.word(),
            failure_reason: refund.error.as_deref(),
            created_at: Timestamp(refund.created_at),
        }
    }
}
