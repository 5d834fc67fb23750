//! Finding an intent, and refusing what its status does not allow.

use crate::book::Step;
use crate::object::error::{About, ApiError};
use crate::object::intent::{Intent, IntentStatus};
use crate::render::Expand;

/// The intent that the path names.
pub(super) fn found(step: &Step<'_>, id: &str) -> Result<Intent, ApiError> {
    let intent = step.book.intents.get(id).cloned();
    intent.ok_or_else(|| ApiError::missing(404, "payment_intent", id, "intent"))
}

/// The error of a call that the intent's status does not allow. It carries the intent, as the provider's does.
pub(super) fn unexpected(step: &Step<'_>, intent: &Intent, message: impl Into<String>) -> ApiError {
    with_intent(step, intent, ApiError::invalid(message).code("payment_intent_unexpected_state"))
}

/// Puts the intent into an error.
pub(super) fn with_intent(step: &Step<'_>, intent: &Intent, error: ApiError) -> ApiError {
    let payment_intent = Some(step.view().intent(intent, &Expand::default()));
    error.about(About { payment_intent, ..About::default() })
}

/// Whether a card may still be asked, or asked again.
pub(super) fn is_open(status: IntentStatus) -> bool {
    matches!(
        status,
        IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation
            | IntentStatus::RequiresAction
    )
}
