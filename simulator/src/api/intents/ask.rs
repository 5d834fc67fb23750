//! Asking a card: it pays, declines, or wants its holder to authenticate.

use super::confirm::Confirmation;
use crate::book::Step;
use crate::card::{AUTHENTICATION_REQUIRED, Card, Decline, Manner};
use crate::faults::Twist;
use crate::id;
use crate::object::charge::{Charge, ChargeStatus};
use crate::object::error::{About, ApiError, Kind};
use crate::object::event::Snapshot;
use crate::object::intent::{Action, CaptureMethod, Failure, Intent, IntentStatus};
use crate::render::Expand;

/// How long a hold stays on a card: seven days.
const HOLD_SECONDS: i64 = 7 * 24 * 60 * 60;

/// Asks `card` to pay for `intent`, which may be confirmed.
pub(super) fn ask(
    step: &mut Step<'_>,
    mut intent: Intent,
    card: &Card,
    confirmation: Confirmation,
) -> Result<Intent, ApiError> {
    if let Some(method) = confirmation.payment_method {
        intent.payment_method = Some(method);
    }
    intent.action = None;
    intent.failure = None;
    if let Some(Twist::HoldEnds(seconds)) = step.writ.twist {
        intent.hold_seconds = Some(seconds);
    }
    if let Some(Twist::Decline(decline)) = &step.writ.twist {
        let decline = *decline;
        return Err(decline_with(step, intent, decline));
    }
    let authenticates = match card.manner {
        Manner::Authenticates | Manner::AuthenticatesThenDeclines(_) => true,
        Manner::AuthenticatesOnRequest => intent.request_three_d_secure != "automatic",
        // A card that declines does so before anybody is asked to authenticate.
        Manner::Declines(_) => false,
        _ => step.writ.twist == Some(Twist::Authenticate),
    };
    match card.manner {
        _ if authenticates && confirmation.off_session => {
            Err(decline_with(step, intent, AUTHENTICATION_REQUIRED))
        }
        _ if authenticates && confirmation.error_on_requires_action => Err(refuse_action(step, intent)),
        _ if authenticates => Ok(want_action(step, intent, confirmation.return_url)),
        Manner::Declines(decline) => Err(decline_with(step, intent, decline)),
        _ => Ok(pay(step, intent)),
    }
}

/// The card pays: now, or as a hold.
pub(super) fn pay(step: &mut Step<'_>, mut intent: Intent) -> Intent {
    let manual = intent.capture_method == CaptureMethod::Manual;
    let mut charge = charge_of(step, &intent);
    let now = step.seconds();
    if manual {
        charge.capture_before = Some(now.saturating_add(intent.hold_seconds.unwrap_or(HOLD_SECONDS)));
        intent.status = IntentStatus::RequiresCapture;
    } else {
        charge.captured = true;
        charge.amount_captured = charge.amount;
        intent.amount_received = intent.amount;
        intent.status = IntentStatus::Succeeded;
    }
    intent.latest_charge = Some(charge.id.clone());
    intent.action = None;
    intent.failure = None;
    // The intent goes first: the charge's hold falls due only for an intent that waits for its capture.
    step.put_intent(intent.clone());
    step.put_charge(charge.clone());
    step.emit("charge.succeeded", Snapshot::Charge(Box::new(charge)));
    let kind = if manual { "payment_intent.amount_capturable_updated" } else { "payment_intent.succeeded" };
    step.emit(kind, Snapshot::Intent(Box::new(intent.clone())));
    intent
}

/// The card declines: the intent waits for another, and the error says why.
pub(super) fn decline_with(step: &mut Step<'_>, mut intent: Intent, decline: Decline) -> ApiError {
    let mut charge = charge_of(step, &intent);
    charge.status = ChargeStatus::Failed;
    charge.failure_code = Some(decline.code.to_owned());
    charge.failure_message = Some(decline.message.to_owned());
    charge.decline_code = Some(decline.decline_code.to_owned());
    let failure = Failure {
        card: true,
        code: decline.code.to_owned(),
        decline_code: Some(decline.decline_code.to_owned()),
        message: decline.message.to_owned(),
        charge: Some(charge.id.clone()),
        payment_method: charge.payment_method.clone(),
    };
    intent.latest_charge = Some(charge.id.clone());
    step.put_charge(charge.clone());
    step.emit("charge.failed", Snapshot::Charge(Box::new(charge)));
    fail(step, intent, failure)
}

/// The intent waits for another payment method.
pub(super) fn fail(step: &mut Step<'_>, mut intent: Intent, failure: Failure) -> ApiError {
    let kind = if failure.card { Kind::Card } else { Kind::InvalidRequest };
    let error = ApiError::new(402, kind, &failure.message).code(&failure.code);
    let mut about = About {
        decline_code: failure.decline_code.clone(),
        charge: failure.charge.clone(),
        payment_intent: None,
        payment_method: Some(step.view().method(&failure.payment_method)),
    };
    intent.status = IntentStatus::RequiresPaymentMethod;
    intent.payment_method = None;
    intent.action = None;
    intent.failure = Some(failure);
    step.put_intent(intent.clone());
    step.emit("payment_intent.payment_failed", Snapshot::Intent(Box::new(intent.clone())));
    about.payment_intent = Some(step.view().intent(&intent, &Expand::default()));
    error.about(about)
}

fn want_action(step: &mut Step<'_>, mut intent: Intent, return_url: Option<String>) -> Intent {
    intent.status = IntentStatus::RequiresAction;
    intent.action = Some(Action { token: id::secret(), return_url });
    step.put_intent(intent.clone());
    step.emit("payment_intent.requires_action", Snapshot::Intent(Box::new(intent.clone())));
    intent
}

fn refuse_action(step: &mut Step<'_>, intent: Intent) -> ApiError {
    let failure = Failure {
        card: true,
        code: "authentication_required".into(),
        decline_code: None,
        message: "This payment required an authentication action to complete, but `error_on_requires_action` was set. \
                  When you're ready, you can upgrade your integration to handle actions at \
                  https://stripe.com/docs/payments/payment-intents/upgrade-to-handle-actions."
            .into(),
        charge: None,
        payment_method: intent.payment_method.clone().unwrap_or_default(),
    };
    fail(step, intent, failure)
}

fn charge_of(step: &mut Step<'_>, intent: &Intent) -> Charge {
    let (id, serial) = step.mint("ch");
    Charge {
        id,
        serial,
        intent: intent.id.clone(),
        created: step.seconds(),
        amount: intent.amount,
        amount_captured: 0,
        amount_refunded: 0,
        currency: intent.currency.clone(),
        status: ChargeStatus::Succeeded,
        captured: false,
        payment_method: intent.payment_method.clone().unwrap_or_default(),
        capture_before: None,
        expired: false,
        failure_code: None,
        failure_message: None,
        decline_code: None,
        description: intent.description.clone(),
        receipt_email: intent.receipt_email.clone(),
        statement_descriptor: intent.statement_descriptor.clone(),
        statement_descriptor_suffix: intent.statement_descriptor_suffix.clone(),
        transfer_group: intent.transfer_group.clone(),
        metadata: intent.metadata.clone(),
        refunds: Vec::new(),
    }
}
