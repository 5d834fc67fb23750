//! The body of `PUT /v1/products/{id}`.

use engine::{Currency, Description, LogTime, Money, Name, PaymentMode, Span, limits};
use serde::Deserialize;

use super::form::{CURRENCY, Field, Form, LINE};
use super::object::Object;
use crate::problem::Problem;
use crate::time;
use crate::view::Word;

const HOLD_SECONDS_DEFAULT: u64 = 600;
const HOLD_SECONDS_MAX: u64 = limits::HOLD_MAX.0 / 1_000;

/// A product as its merchant describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductForm {
    name: String,
    price: Object<PriceForm>,
    stock: u64,
    max_per_buyer: Option<u32>,
    max_per_buyer_in_group: Option<u32>,
    hold_seconds: Option<u64>,
    opens_at: Option<String>,
    closes_at: Option<String>,
    payment: Option<String>,
    lanes: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceForm {
    amount: u64,
    currency: String,
}

impl Form for ProductForm {
    const FIELDS: &'static [Field] = &[
        ("name", LINE),
        ("price", "an object with `amount` and `currency`"),
        ("price.amount", "an integer of minor units, from 0 to 5000000000"),
        ("price.currency", CURRENCY),
        ("stock", "an integer from 0 to 1000000000"),
        ("max_per_buyer", "null for 1, or an integer from 1 to 4294967295"),
        ("max_per_buyer_in_group", "null for no limit, or an integer from 1 to 4294967295"),
        ("hold_seconds", "null for 600, or an integer from 1 to 86400"),
        ("opens_at", "null for now, or an RFC 3339 time in UTC, like \"2026-11-27T18:00:00Z\""),
        ("closes_at", "null for never, or an RFC 3339 time in UTC after `opens_at`"),
        ("payment", "null for \"provider\", or one of \"provider\", \"external\", \"none\""),
        ("lanes", "1 in this version: stock on several lanes is not built yet"),
    ];
}

impl ProductForm {
    /// The product as the engine describes it.
    pub(crate) fn read(self) -> Result<Description, Problem> {
        let max_per_buyer = self.max_per_buyer.unwrap_or(1);
        let name: Name = Self::text("name", &self.name)?;
        let price = price(&self.price.0)?;
        Self::check("stock", self.stock <= limits::STOCK_MAX)?;
        Self::check("max_per_buyer", max_per_buyer > 0)?;
        Self::check("max_per_buyer_in_group", self.max_per_buyer_in_group != Some(0))?;
        let hold = hold(self.hold_seconds)?;
        let (opens_at, closes_at) = window(self.opens_at.as_deref(), self.closes_at.as_deref())?;
        let payment = match self.payment.as_deref() {
            None => PaymentMode::Provider,
            Some(word) => PaymentMode::read(word).ok_or_else(|| Self::wrong("payment"))?,
        };
        Self::check("lanes", matches!(self.lanes, None | Some(1)))?;
        Ok(Description {
            name,
            price,
            stock: self.stock,
            max_per_buyer,
            max_per_buyer_in_group: self.max_per_buyer_in_group,
            hold,
            opens_at,
            closes_at,
            payment,
            lanes: 1,
        })
    }
}

fn price(form: &PriceForm) -> Result<Money, Problem> {
    ProductForm::check("price.amount", form.amount <= limits::AMOUNT_MAX)?;
    let currency: Currency = ProductForm::text("price.currency", &form.currency)?;
    Ok(Money { amount: form.amount, currency })
}

fn hold(seconds: Option<u64>) -> Result<Span, Problem> {
    let seconds = seconds.unwrap_or(HOLD_SECONDS_DEFAULT);
    ProductForm::check("hold_seconds", (1..=HOLD_SECONDS_MAX).contains(&seconds))?;
    Ok(Span::from_secs(seconds))
}

/// Without `opens_at` a product is open from the beginning of time: at once, whatever any clock says, and putting the
/// same again changes nothing.
fn window(opens_at: Option<&str>, closes_at: Option<&str>) -> Result<(LogTime, Option<LogTime>), Problem> {
    let opens_at = moment("opens_at", opens_at)?.unwrap_or_default();
    let closes_at = moment("closes_at", closes_at)?;
    ProductForm::check("closes_at", closes_at.is_none_or(|closes_at| closes_at > opens_at))?;
    Ok((opens_at, closes_at))
}

fn moment(name: &str, text: Option<&str>) -> Result<Option<LogTime>, Problem> {
    let read = |text| time::parse(text).ok_or_else(|| ProductForm::wrong(name));
    text.map(read).transpose()
}
