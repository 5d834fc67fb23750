//! The bodies of `POST …/reservations` and `POST …/purchases`.

use engine::{Reference, limits};
use serde::Deserialize;

use super::form::{Field, Form};
use crate::problem::Problem;

const QUANTITY: Field = ("quantity", "an integer from 1 to 1000000");
const REFERENCE: Field = ("reference", "null or 1 to 64 characters of text without control characters");

/// Units to hold.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReservationForm {
    quantity: u32,
    reference: Option<String>,
}

impl Form for ReservationForm {
    const FIELDS: &'static [Field] = &[QUANTITY, REFERENCE];
}

impl ReservationForm {
    /// The quantity and the reference.
    pub(crate) fn read(self) -> Result<(u32, Option<Reference>), Problem> {
        read::<ReservationForm>(self.quantity, self.reference.as_deref())
    }
}

/// Units to buy. Nothing is paid by card yet, so a payment method is read and not used.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PurchaseForm {
    quantity: u32,
    reference: Option<String>,
    #[serde(rename = "payment_method")]
    _payment_method: Option<String>,
}

impl Form for PurchaseForm {
    const FIELDS: &'static [Field] = &[QUANTITY, REFERENCE, ("payment_method", "null or a string")];
}

impl PurchaseForm {
    /// The quantity and the reference.
    pub(crate) fn read(self) -> Result<(u32, Option<Reference>), Problem> {
        read::<PurchaseForm>(self.quantity, self.reference.as_deref())
    }
}

fn read<F: Form>(quantity: u32, reference: Option<&str>) -> Result<(u32, Option<Reference>), Problem> {
    F::check("quantity", (1..=limits::QUANTITY_MAX).contains(&quantity))?;
    let reference = reference.map(|reference| F::text("reference", reference)).transpose()?;
    Ok((quantity, reference))
}
