//! Capturing: the money that is held is taken, in whole or in part. What is not taken is released.

use serde_json::Value;

use super::state::{found, unexpected, with_intent};
use super::terms::Terms;
use crate::api::operation::{Operation, Subject};
use crate::book::Step;
use crate::currency::written;
use crate::form::Fields;
use crate::object::error::ApiError;
use crate::object::event::Snapshot;
use crate::object::intent::{Intent, IntentStatus};
use crate::render::{Expand, Shape};

struct Capture {
    id: String,
    amount: Option<i64>,
    terms: Terms,
    expand: Expand,
}

pub(in crate::api) fn capture(id: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let capture = Capture {
        id: id.to_owned(),
        amount: fields.integer_min("amount_to_capture", 1)?,
        terms: Terms::for_capture(&mut fields)?,
        expand: Expand::read(&mut fields, Shape::Intent)?,
    };
    if fields.boolean("final_capture")? == Some(false) {
        return Err(ApiError::invalid(
            "Multicapture is not available for this payment: final_capture must be true.",
        )
        .param("final_capture"));
    }
    fields.finish()?;
    Ok(Box::new(capture))
}

impl Capture {
    fn check(&self, step: &Step<'_>, intent: &Intent) -> Result<i64, ApiError> {
        if intent.cancellation_reason.as_deref() == Some("expired") {
            let error =
                ApiError::invalid("The authorization of this payment has expired: it cannot be captured.")
                    .code("charge_expired_for_capture");
            return Err(with_intent(step, intent, error));
        }
        if intent.status == IntentStatus::Succeeded {
            let message = "This PaymentIntent could not be captured because it has already been captured.";
            return Err(unexpected(step, intent, message));
        }
        if intent.status != IntentStatus::RequiresCapture {
            return Err(unexpected(
                step,
                intent,
                format!(
                    "This PaymentIntent could not be captured because it has a status of {}. Only a PaymentIntent with one \
                 of the following statuses may be captured: requires_capture.",
                    intent.status.word()
                ),
            ));
        }
        let amount = self.amount.unwrap_or(intent.amount);
        if amount > intent.amount {
            let error = ApiError::invalid(format!(
                "The amount to capture ({}) is greater than the amount that is capturable ({}).",
                written(amount, &intent.currency),
                written(intent.amount, &intent.currency)
            ));
            return Err(with_intent(step, intent, error.code("amount_too_large").param("amount_to_capture")));
        }
        Ok(amount)
    }
}

impl Operation for Capture {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let mut intent = found(step, &self.id)?;
        let amount = self.check(step, &intent)?;
        self.terms.apply(&mut intent)?;
        let charge = intent.latest_charge.as_deref().and_then(|id| step.book.charges.get(id)).cloned();
        let mut charge = charge.expect("an intent whose money is held has a charge");
        charge.captured = true;
        charge.amount_captured = amount;
        intent.amount_received = amount;
        intent.status = IntentStatus::Succeeded;
        step.put_intent(intent.clone());
        step.put_charge(charge.clone());
        step.emit("charge.captured", Snapshot::Charge(Box::new(charge)));
        step.emit("payment_intent.succeeded", Snapshot::Intent(Box::new(intent.clone())));
        Ok(step.view().intent(&intent, &self.expand))
    }

    fn subject(&self) -> Subject {
        Subject::Intent(self.id.clone())
    }
}
