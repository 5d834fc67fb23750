//! A stock adjustment in JSON.

use engine::AdjustmentId;
use engine::view::Adjustment;
use serde::Serialize;

use super::{Shown, StockJson, Timestamp};

/// An adjustment, with the stock as it was after it.
#[derive(Serialize)]
pub(crate) struct AdjustmentJson<'a> {
    id: Shown<'a, AdjustmentId>,
    product_id: &'a str,
    delta: i64,
    reason: &'a str,
    stock: StockJson,
    created_at: Timestamp,
}

impl<'a> From<&'a Adjustment> for AdjustmentJson<'a> {
    fn from(adjustment: &'a Adjustment) -> AdjustmentJson<'a> {
        AdjustmentJson {
            id: Shown(&adjustment.id),
            product_id: &adjustment.product,
            delta: adjustment.delta,
            reason: &adjustment.reason,
            stock: adjustment.stock.into(),
            created_at: Timestamp(adjustment.created_at),
        }
    }
}
