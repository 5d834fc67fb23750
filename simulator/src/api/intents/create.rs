//! Creating an intent, and confirming it at once if asked to.

use serde_json::Value;

use super::accepts::accepts;
use super::ask::ask;
use super::confirm::Confirmation;
use super::terms::{Terms, capture_method, card, check_amount, currency, three_d_secure};
use crate::api::operation::{Operation, Subject};
use crate::book::Step;
use crate::form::Fields;
use crate::id;
use crate::object::error::ApiError;
use crate::object::event::Snapshot;
use crate::object::intent::{Accepts, CaptureMethod, Intent, IntentStatus, Metadata};
use crate::render::{Expand, Shape};

struct Create {
    amount: i64,
    currency: String,
    capture_method: CaptureMethod,
    accepts: Accepts,
    payment_method: Option<String>,
    three_d_secure: Option<String>,
    terms: Terms,
    confirmation: Option<Confirmation>,
    expand: Expand,
}

pub(in crate::api) fn create(_: &str, mut fields: Fields) -> Result<Box<dyn Operation>, ApiError> {
    let amount = fields.integer_min("amount", 1)?.ok_or_else(|| fields.absent("amount"))?;
    let currency = currency(&mut fields)?.ok_or_else(|| fields.absent("currency"))?;
    check_amount(amount, &currency)?;
    // The other method makes the server confirm a second time after an action; nothing here needs it.
    fields.one_of("confirmation_method", &["automatic"])?;
    let confirm = fields.boolean("confirm")?.unwrap_or(false);
    let (confirmation, said) = Confirmation::read(&mut fields)?;
    if let (false, Some(name)) = (confirm, said) {
        return Err(ApiError::invalid(format!("The parameter {name} can only be used with confirm=true."))
            .param(name));
    }
    let create = Create {
        amount,
        currency,
        capture_method: capture_method(&mut fields)?.unwrap_or(CaptureMethod::AutomaticAsync),
        accepts: accepts(&mut fields)?.unwrap_or(Accepts::Automatic),
        payment_method: fields.text("payment_method")?,
        three_d_secure: three_d_secure(&mut fields)?,
        terms: Terms::read(&mut fields)?,
        confirmation: confirm.then_some(confirmation),
        expand: Expand::read(&mut fields, Shape::Intent)?,
    };
    fields.finish()?;
    Ok(Box::new(create))
}

impl Operation for Create {
    fn execute(self: Box<Self>, step: &mut Step<'_>) -> Result<Value, ApiError> {
        if let Some(method) = &self.payment_method {
            card(step, method)?;
        }
        let mut intent = Intent {
            id: String::new(),
            serial: 0,
            order: 0,
            secret: id::secret(),
            created: step.seconds(),
            amount: self.amount,
            currency: self.currency,
            status: match self.payment_method {
                Some(_) => IntentStatus::RequiresConfirmation,
                None => IntentStatus::RequiresPaymentMethod,
            },
            capture_method: self.capture_method,
            accepts: self.accepts,
            payment_method: self.payment_method,
            description: None,
            receipt_email: None,
            statement_descriptor: None,
            statement_descriptor_suffix: None,
            transfer_group: None,
            metadata: Metadata::new(),
            request_three_d_secure: self.three_d_secure.unwrap_or_else(|| "automatic".into()),
            amount_received: 0,
            latest_charge: None,
            action: None,
            failure: None,
            canceled_at: None,
            cancellation_reason: None,
            hold_seconds: None,
        };
        self.terms.apply(&mut intent)?;
        // What cannot be confirmed is not created either.
        let card = match &self.confirmation {
            Some(confirmation) => {
                Some(confirmation.check(step, &intent).map_err(|error| ApiError { about: None, ..error })?)
            }
            None => None,
        };
        (intent.id, intent.serial) = step.mint("pi");
        intent.order = step.order();
        step.put_intent(intent.clone());
        step.emit("payment_intent.created", Snapshot::Intent(Box::new(intent.clone())));
        if let (Some(card), Some(confirmation)) = (card, self.confirmation) {
            intent = ask(step, intent, card, confirmation)?;
        }
        Ok(step.view().intent(&intent, &self.expand))
    }

    fn subject(&self) -> Subject {
        Subject::NewIntent { confirms: self.confirmation.is_some() }
    }
}
