//! Confirming: the card is asked.

use serde_json::Value;

use super::ask::ask;
use super::state::{found, is_open, unexpected, with_intent};
use super::terms::{Terms, capture_method, card, three_d_secure};
use crate::api::operation::{Operation, Subject};
use crate::book::Step;
use crate::card::Card;
use crate::form::Fields;
use crate::object::error::ApiError;
use crate::object::intent::{Accepts, CaptureMethod, Intent};
use crate::render::{Expand, Shape};

/// What is said when an intent is confirmed, be it with its creation.
#[derive(Debug, Default)]
pub(super) struct Confirmation {
    pub(super) payment_method: Option<String>,
    pub(super) return_url: Option<String>,
    /// The cardholder is not there: what wants authentication is declined.
    pub(super) off_session: bool,
    pub(super) error_on_requires_action: bool,
}

impl Confirmation {
    /// Reads what both calls have in common but the payment method. Whether anything was said comes with it.
    pub(super) fn read(fields: &mut Fields) -> Result<(Confirmation, Option<&'static str>), ApiError> {
        let return_url = fields.text_max("return_url", 2_048)?;
        let off_session = off_session(fields)?;
        let error_on_requires_action = fields.boolean("error_on_requires_action")?;
        let use_stripe_sdk = fields.boolean("use_stripe_sdk")?;
        let said = [
            (return_url.is_some(), "return_url"),
            (off_session.is_some(), "off_session"),
            (error_on_requires_action.is_some(), "error_on_requires_action"),
            (use_stripe_sdk.is_some(), "use_stripe_sdk"),
        ];
        let confirmation = Confirmation {
            payment_method: None,
            // A client that handles actions itself does not want to be sent anywhere.
            return_url: return_url.filter(|_| use_stripe_sdk != Some(true)),
            off_session: off_session.unwrap_or(false),
            error_on_requires_action: error_on_requires_action.unwrap_or(false),
        };
        Ok((confirmation, said.into_iter().find(|(said, _)| *said).map(|(_, name)| name)))
    }

    /// What the card is, or why it cannot be asked. Changes nothing.
    pub(super) fn check(&self, step: &Step<'_>, intent: &Intent) -> Result<&'static Card, ApiError> {
        if !is_open(intent.status) {
            return Err(unexpected(step, intent, closed(intent)));
        }
        let method = self.payment_method.as_deref().or(intent.payment_method.as_deref()).ok_or_else(|| {
            unexpected(
                step,
                intent,
                "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update \
                 the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with \
                 a payment method or ConfirmationToken.",
            )
        })?;
        let card = card(step, method)?;
        if intent.accepts == Accepts::Automatic && self.return_url.is_none() {
            return Err(with_intent(
                step,
                intent,
                ApiError::invalid(
                    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of \
                 these payment methods might redirect your customer off of your page, you must provide a `return_url`. \
                 If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` \
                 to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and \
                 Payment Intents.",
                ),
            ));
        }
        Ok(card)
    }
}

fn closed(intent: &Intent) -> String {
    use crate::object::intent::IntentStatus::Succeeded;
    if intent.status == Succeeded {
        return "You cannot confirm this PaymentIntent because it has already succeeded after being previously \
                confirmed."
            .into();
    }
    format!(
        "You cannot confirm this PaymentIntent because it has a status of {}. Only a PaymentIntent with one of the \
         following statuses may be confirmed: requires_confirmation, requires_action, requires_payment_method.",
        intent.status.word()
    )
}

/// `true`, `false`, or a word for the kind of payment.
fn off_session(fields: &mut Fields) -> Result<Option<bool>, ApiError> {
    let word = fields.one_of("off_session", &["true", "false", "one_off", "recurring"])?;
    Ok(word.map(|word| word != "false"))
}

struct Confirm {
    id: String,
    confirmation: Confirmation,
    capture_method: Option<CaptureMethod>,
    three_d_secure: Option<String>,
    terms: Terms,
    expand: Expand,
}

pub(in crate::api) fn confirm(id: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let (mut confirmation, _) = Confirmation::read(&mut fields)?;
    confirmation.payment_method = fields.text("payment_method")?;
    let confirm = Confirm {
        id: id.to_owned(),
        confirmation,
        capture_method: capture_method(&mut fields)?,
        three_d_secure: three_d_secure(&mut fields)?,
        terms: Terms::default().with_receipt_email(&mut fields)?,
        expand: Expand::read(&mut fields, Shape::Intent)?,
    };
    fields.finish()?;
    Ok(Box::new(confirm))
}

impl Operation for Confirm {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        let mut intent = found(step, &self.id)?;
        let card = self.confirmation.check(step, &intent)?;
        self.terms.apply(&mut intent)?;
        intent.capture_method = self.capture_method.unwrap_or(intent.capture_method);
        intent.request_three_d_secure = self.three_d_secure.unwrap_or(intent.request_three_d_secure);
        let intent = ask(step, intent, card, self.confirmation)?;
        Ok(step.view().intent(&intent, &self.expand))
    }

    fn subject(&self) -> Subject {
        Subject::Intent(self.id.clone())
    }
}
