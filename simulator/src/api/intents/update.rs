//! Changing what was said about an intent.

use serde_json::Value;

use super::accepts::accepts;
use super::state::{found, is_open, unexpected};
use super::terms::{Terms, capture_method, card, check_amount, currency, three_d_secure};
use crate::api::operation::{Operation, Subject};
use crate::book::Step;
use crate::form::Fields;
use crate::object::error::ApiError;
use crate::object::intent::{Accepts, CaptureMethod, Intent, IntentStatus};
use crate::render::{Expand, Shape};

struct Update {
    id: String,
    amount: Option<i64>,
    currency: Option<String>,
    capture_method: Option<CaptureMethod>,
    accepts: Option<Accepts>,
    payment_method: Option<String>,
    three_d_secure: Option<String>,
    terms: Terms,
    expand: Expand,
}

pub(in crate::api) fn update(id: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let update = Update {
        id: id.to_owned(),
        amount: fields.integer_min("amount", 1)?,
        currency: currency(&mut fields)?,
        capture_method: capture_method(&mut fields)?,
        accepts: accepts(&mut fields)?,
        payment_method: fields.text("payment_method")?,
        three_d_secure: three_d_secure(&mut fields)?,
        terms: Terms::read(&mut fields)?,
        expand: Expand::read(&mut fields, Shape::Intent)?,
    };
    fields.finish()?;
    Ok(Box::new(update))
}

impl Update {
    /// What of it decides something, and so is only for an intent that no card has paid.
    fn decisive(&self) -> Option<&'static str> {
        let given = [
            (self.amount.is_some(), "amount"),
            (self.currency.is_some(), "currency"),
            (self.payment_method.is_some(), "payment_method"),
            (self.capture_method.is_some(), "capture_method"),
            (self.accepts.is_some(), "payment_method_types"),
            (self.three_d_secure.is_some(), "payment_method_options"),
        ];
        given.into_iter().find(|(given, _)| *given).map(|(_, name)| name)
    }

    fn check(&self, step: &Step<'_>, intent: &Intent) -> Result<(), ApiError> {
        if let (Some(name), false) = (self.decisive(), is_open(intent.status)) {
            return Err(unexpected(
                step,
                intent,
                format!(
                    "This PaymentIntent's {name} could not be updated because it has a status of {}. You may only update \
                 the {name} of a PaymentIntent with one of the following statuses: requires_payment_method, \
                 requires_confirmation, requires_action.",
                    intent.status.word()
                ),
            ));
        }
        let currency = self.currency.as_deref().unwrap_or(&intent.currency);
        check_amount(self.amount.unwrap_or(intent.amount), currency)?;
        self.payment_method.as_deref().map_or(Ok(()), |method| card(step, method).map(|_| ()))
    }
}

impl Operation for Update {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let mut intent = found(step, &self.id)?;
        self.check(step, &intent)?;
        self.terms.apply(&mut intent)?;
        intent.amount = self.amount.unwrap_or(intent.amount);
        intent.currency = self.currency.unwrap_or(intent.currency);
        intent.capture_method = self.capture_method.unwrap_or(intent.capture_method);
        intent.accepts = self.accepts.unwrap_or(intent.accepts);
        intent.request_three_d_secure = self.three_d_secure.unwrap_or(intent.request_three_d_secure);
        if self.payment_method.is_some() {
            intent.payment_method = self.payment_method;
            intent.status = IntentStatus::RequiresConfirmation;
            intent.action = None;
        }
        step.put_intent(intent.clone());
        Ok(step.view().intent(&intent, &self.expand))
    }

    fn subject(&self) -> Subject {
        Subject::Intent(self.id.clone())
    }
}
