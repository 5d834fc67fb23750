//! The bodies of `POST …/confirm` and `POST …/refunds`.

use engine::{Currency, Money, PaymentReference};
use serde::Deserialize;

use super::form::{CURRENCY, Field, Form};
use crate::problem::Problem;

/// A payment that was taken outside.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmationForm {
    payment_reference: String,
    amount: u64,
    currency: String,
}

impl Form for ConfirmationForm {
    const FIELDS: &'static [Field] = &[
        ("payment_reference", PaymentReference::TAKES),
        ("amount", "an integer of minor units: what the reservation costs"),
        ("currency", CURRENCY),
    ];
}

impl ConfirmationForm {
    /// What the payment is called, and what was paid.
    pub(crate) fn read(self) -> Result<(PaymentReference, Money), Problem> {
        let payment = Self::text("payment_reference", &self.payment_reference)?;
        let currency: Currency = Self::text("currency", &self.currency)?;
        Ok((payment, Money { amount: self.amount, currency }))
    }
}

/// A refund.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundForm {
    amount: Option<u64>,
    #[serde(default)]
    restock: bool,
}

impl Form for RefundForm {
    const FIELDS: &'static [Field] = &[
        ("amount", "null for all that is left, or an integer of minor units, at least 1"),
        ("restock", "true or false"),
    ];
}

impl RefundForm {
    /// The amount, if not all that is left, and whether the units go back on sale.
    pub(crate) fn read(self) -> Result<(Option<u64>, bool), Problem> {
        Self::check("amount", self.amount != Some(0))?;
        Ok((self.amount, self.restock))
    }
}
