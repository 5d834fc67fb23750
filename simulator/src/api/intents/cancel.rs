//! Cancelling: no card will be asked any more, and what is held is released.

use serde_json::Value;

use super::state::{found, is_open, unexpected};
use crate::api::operation::{Operation, Subject};
use crate::book::Step;
use crate::form::Fields;
use crate::object::error::ApiError;
use crate::object::event::Snapshot;
use crate::object::intent::IntentStatus;
use crate::render::{Expand, Shape};

const REASONS: &[&str] = &["duplicate", "fraudulent", "requested_by_customer", "abandoned"];

struct Cancel {
    id: String,
    reason: Option<String>,
    expand: Expand,
}

pub(in crate::api) fn cancel(id: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let cancel = Cancel {
        id: id.to_owned(),
        reason: fields.one_of("cancellation_reason", REASONS)?,
        expand: Expand::read(&mut fields, Shape::Intent)?,
    };
    fields.finish()?;
    Ok(Box::new(cancel))
}

impl Operation for Cancel {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let mut intent = found(step, &self.id)?;
        if !is_open(intent.status) && intent.status != IntentStatus::RequiresCapture {
            return Err(unexpected(
                step,
                &intent,
                format!(
                    "You cannot cancel this PaymentIntent because it has a status of {}. Only a PaymentIntent with one of \
                 the following statuses may be canceled: requires_payment_method, requires_capture, \
                 requires_reauthorization, requires_confirmation, requires_action, processing.",
                    intent.status.word()
                ),
            ));
        }
        intent.status = IntentStatus::Canceled;
        intent.canceled_at = Some(step.seconds());
        intent.cancellation_reason = self.reason;
        intent.action = None;
        step.put_intent(intent.clone());
        step.emit("payment_intent.canceled", Snapshot::Intent(Box::new(intent.clone())));
        Ok(step.view().intent(&intent, &self.expand))
    }

    fn subject(&self) -> Subject {
        Subject::Intent(self.id.clone())
    }
}
