//! Payment intents: what is kept of one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Keys and values that a caller keeps with an object.
pub(crate) type Metadata = BTreeMap<String, String>;

/// Where an intent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentStatus {
    /// A payment method is wanted: the first, or another after a decline.
    RequiresPaymentMethod,
    /// Everything is there, the confirmation is not.
    RequiresConfirmation,
    /// The cardholder has to authenticate.
    RequiresAction,
    /// Authorized, the hold is on the card.
    RequiresCapture,
    /// The money was taken.
    Succeeded,
    /// Ended without money.
    Canceled,
}

impl IntentStatus {
    /// The word of the API.
    pub fn word(self) -> &'static str {
        match self {
            IntentStatus::RequiresPaymentMethod => "requires_payment_method",
            IntentStatus::RequiresConfirmation => "requires_confirmation",
            IntentStatus::RequiresAction => "requires_action",
            IntentStatus::RequiresCapture => "requires_capture",
            IntentStatus::Succeeded => "succeeded",
            IntentStatus::Canceled => "canceled",
        }
    }
}

/// When the money is taken after the authorization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CaptureMethod {
    Automatic,
    AutomaticAsync,
    Manual,
}

impl CaptureMethod {
    pub(crate) fn word(self) -> &'static str {
        match self {
            CaptureMethod::Automatic => "automatic",
            CaptureMethod::AutomaticAsync => "automatic_async",
            CaptureMethod::Manual => "manual",
        }
    }
}

/// Which payment methods an intent takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Accepts {
    /// `payment_method_types` named them: cards.
    Named,
    /// `allowed_payment_method_types` named what of the account's own choice is taken: cards.
    Allowed,
    /// The account's own choice, those that redirect included: confirming takes a `return_url`.
    Automatic,
    /// The account's own choice without those that redirect.
    AutomaticWithoutRedirects,
}

/// The authentication that the cardholder still owes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Action {
    /// What the page's address carries, so that it cannot be guessed from the intent's id.
    pub(crate) token: String,
    /// Where the browser goes afterwards; without it the client library shows the page.
    pub(crate) return_url: Option<String>,
}

/// Why the last confirmation came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// Whether the card was declined, as opposed to the request being refused.
    pub(crate) card: bool,
    pub(crate) code: String,
    pub(crate) decline_code: Option<String>,
    pub(crate) message: String,
    pub(crate) charge: Option<String>,
    pub(crate) payment_method: String,
}

/// A payment intent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Intent {
    pub(crate) id: String,
    pub(crate) serial: u64,
    /// The how-manieth intent of this simulator it is, from 1: what fault scripts call an order.
    pub(crate) order: u64,
    pub(crate) secret: String,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: IntentStatus,
    pub(crate) capture_method: CaptureMethod,
    pub(crate) accepts: Accepts,
    pub(crate) payment_method: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) receipt_email: Option<String>,
    pub(crate) statement_descriptor: Option<String>,
    pub(crate) statement_descriptor_suffix: Option<String>,
    pub(crate) transfer_group: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) request_three_d_secure: String,
    pub(crate) amount_received: i64,
    pub(crate) latest_charge: Option<String>,
    pub(crate) action: Option<Action>,
    pub(crate) failure: Option<Failure>,
    pub(crate) canceled_at: Option<i64>,
    pub(crate) cancellation_reason: Option<String>,
    /// Set by a fault: the hold ends this many seconds after the authorization, instead of after a week.
    pub(crate) hold_seconds: Option<i64>,
}

impl Intent {
    /// What may be captured: all of it, while the hold is on the card.
    pub(crate) fn capturable(&self) -> i64 {
        if self.status == IntentStatus::RequiresCapture { self.amount } else { 0 }
    }

    /// The secret that a buyer's client names the intent by.
    pub(crate) fn client_secret(&self) -> String {
        format!("{}_secret_{}", self.id, self.secret)
    }
}
