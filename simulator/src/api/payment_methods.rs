//! Payment methods: tokenising test cards.

use serde_json::Value;

use super::operation::Operation;
use crate::book::Step;
use crate::card::Card;
use crate::form::Fields;
use crate::object::error::{ApiError, Kind};
use crate::object::method::Method;

struct Create {
    card: &'static Card,
    exp_month: i64,
    exp_year: i64,
}

pub(super) fn create(_: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    fields.one_of("type", &["card"])?.ok_or_else(|| fields.absent("type"))?;
    let mut card = fields.branch("card")?.ok_or_else(|| fields.absent("card"))?;
    let number = card.required("number")?;
    let found = Card::numbered(&number).ok_or_else(incorrect_number)?;
    let exp_month = card.integer("exp_month")?.ok_or_else(|| card.absent("exp_month"))?;
    let exp_year = card.integer("exp_year")?.ok_or_else(|| card.absent("exp_year"))?;
    card.text_max("cvc", 4)?;
    card.finish()?;
    fields.list("expand", 20)?;
    fields.finish()?;
    Ok(Box::new(Create { card: found, exp_month, exp_year }))
}

impl Operation for Create {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let expired = |param: &str, code: &str, message: &str| {
            ApiError::new(402, Kind::Card, message).code(code).param(param)
        };
        if !(1..=12).contains(&self.exp_month) {
            return Err(expired(
                "exp_month",
                "invalid_expiry_month",
                "Your card's expiration month is invalid.",
            ));
        }
        if !(2020..=2099).contains(&self.exp_year) {
            return Err(expired(
                "exp_year",
                "invalid_expiry_year",
                "Your card's expiration year is invalid.",
            ));
        }
        let (id, serial) = step.mint("pm");
        let method = Method {
            id: id.clone(),
            serial,
            created: step.seconds(),
            card: self.card.name.to_owned(),
            exp_month: self.exp_month,
            exp_year: self.exp_year,
        };
        step.put_method(method);
        Ok(step.view().method(&id))
    }
}

fn incorrect_number() -> ApiError {
    ApiError::new(
        402,
        Kind::Card,
        "Your card number is incorrect. The simulator knows the provider's test cards alone.",
    )
    .code("incorrect_number")
    .param("number")
}

struct Retrieve(String);

pub(super) fn retrieve(id: &str, fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    fields.finish()?;
    Ok(Box::new(Retrieve(id.to_owned())))
}

impl Operation for Retrieve {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        match step.view().method(&self.0) {
            Value::Null => Err(ApiError::missing(404, "PaymentMethod", &self.0, "payment_method")),
            method => Ok(method),
        }
    }
}
