//! The bodies of `POST …/reservations` and `POST …/purchases`.

use engine::{Reference, limits};
use serde::Deserialize;

use super::card::{Card, RETURN_URL};
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

/// Units to buy, and with what.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PurchaseForm {
    quantity: u32,
    reference: Option<String>,
    payment_method: Option<String>,
    return_url: Option<String>,
}

impl Form for PurchaseForm {
    const FIELDS: &'static [Field] = &[
        QUANTITY,
        REFERENCE,
        ("payment_method", "null or what the payment provider calls a card"),
        RETURN_URL,
    ];
}

/// What a purchase asks for.
pub(crate) struct PurchaseFields {
    pub(crate) quantity: u32,
    pub(crate) reference: Option<Reference>,
    pub(crate) card: Option<Card>,
}

impl PurchaseForm {
    /// The units, the reference and the card, if there is one.
    pub(crate) fn read(self) -> Result<PurchaseFields, Problem> {
        let (quantity, reference) = read::<PurchaseForm>(self.quantity, self.reference.as_deref())?;
        let card = |method: String| Card::read::<PurchaseForm>(&method, self.return_url.as_deref());
        Ok(PurchaseFields { quantity, reference, card: self.payment_method.map(card).transpose()? })
    }
}

fn read<F: Form>(quantity: u32, reference: Option<&str>) -> Result<(u32, Option<Reference>), Problem> {
    F::check("quantity", (1..=limits::QUANTITY_MAX).contains(&quantity))?;
    let reference = reference.map(|reference| F::text("reference", reference)).transpose()?;
    Ok((quantity, reference))
}
