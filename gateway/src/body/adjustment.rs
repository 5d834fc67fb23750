//! The body of `POST …/stock-adjustments`.

use engine::{Reason, limits};
use serde::Deserialize;

use super::form::{Field, Form, LINE};
use crate::problem::Problem;

/// Units to add or to take away.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdjustmentForm {
    delta: i64,
    reason: String,
}

impl Form for AdjustmentForm {
    const FIELDS: &'static [Field] =
        &[("delta", "an integer other than 0, from -1000000000 to 1000000000"), ("reason", LINE)];
}

impl AdjustmentForm {
    /// The units and the reason.
    pub(crate) fn read(self) -> Result<(i64, Reason), Problem> {
        Self::check("delta", self.delta != 0 && self.delta.unsigned_abs() <= limits::STOCK_MAX)?;
        Ok((self.delta, Self::text("reason", &self.reason)?))
    }
}
