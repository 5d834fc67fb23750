//! What a buyer pays with, as it stands in a body: also the body of `POST …/payment`.

use engine::{PaymentMethod, ReturnUrl};
use serde::Deserialize;

use super::form::{Field, Form};
use crate::problem::Problem;

pub(super) const RETURN_URL: Field =
    ("return_url", "null or an http or https URL of at most 2048 visible ASCII characters");

/// What a buyer pays with.
pub(crate) struct Card {
    pub(crate) method: PaymentMethod,
    pub(crate) return_url: Option<ReturnUrl>,
}

impl Card {
    /// Reads the fields of a form.
    pub(super) fn read<F: Form>(method: &str, return_url: Option<&str>) -> Result<Card, Problem> {
        let method = F::text("payment_method", method)?;
        let url = return_url.map(|url| F::text::<ReturnUrl>(RETURN_URL.0, url)).transpose()?;
        let is_web = |url: &ReturnUrl| url.starts_with("https://") || url.starts_with("http://");
        F::check(RETURN_URL.0, url.as_ref().is_none_or(is_web))?;
        Ok(Card { method, return_url: url })
    }
}

/// The card to pay a reservation with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardForm {
    payment_method: String,
    return_url: Option<String>,
}

impl Form for CardForm {
    const FIELDS: &'static [Field] = &[("payment_method", PaymentMethod::TAKES), RETURN_URL];
}

impl CardForm {
    /// What the buyer pays with.
    pub(crate) fn read(self) -> Result<Card, Problem> {
        Card::read::<CardForm>(&self.payment_method, self.return_url.as_deref())
    }
}
