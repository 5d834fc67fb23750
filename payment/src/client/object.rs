//! The provider's objects, as far as they are read. Unknown fields are passed over, unknown words are kept as such.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::hidden::Hidden;

/// What the provider answered with.
#[derive(Clone, Debug, PartialEq)]
pub enum Object {
    /// A payment intent.
    Intent(Box<Intent>),
    /// A refund.
    Refund(Refund),
    /// A page of intents.
    Intents(Page<Intent>),
    /// A page of refunds.
    Refunds(Page<Refund>),
}

/// How an intent stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum IntentStatus {
    /// It waits for a card: none was given, or it was declined.
    RequiresPaymentMethod,
    /// It waits to be confirmed.
    RequiresConfirmation,
    /// The buyer has to do something.
    RequiresAction,
    /// The provider or a bank is at work.
    Processing,
    /// The money is held.
    RequiresCapture,
    /// The money was taken.
    Succeeded,
    /// It is dead.
    Canceled,
    /// A word that this release does not know.
    Unknown(String),
}

impl From<String> for IntentStatus {
    fn from(word: String) -> IntentStatus {
        match word.as_str() {
            "requires_payment_method" => IntentStatus::RequiresPaymentMethod,
            "requires_confirmation" => IntentStatus::RequiresConfirmation,
            "requires_action" => IntentStatus::RequiresAction,
            "processing" => IntentStatus::Processing,
            "requires_capture" => IntentStatus::RequiresCapture,
            "succeeded" => IntentStatus::Succeeded,
            "canceled" => IntentStatus::Canceled,
            _ => IntentStatus::Unknown(word),
        }
    }
}

impl IntentStatus {
    /// The provider's word for it.
    pub fn word(&self) -> &str {
        match self {
            IntentStatus::RequiresPaymentMethod => "requires_payment_method",
            IntentStatus::RequiresConfirmation => "requires_confirmation",
            IntentStatus::RequiresAction => "requires_action",
            IntentStatus::Processing => "processing",
            IntentStatus::RequiresCapture => "requires_capture",
            IntentStatus::Succeeded => "succeeded",
            IntentStatus::Canceled => "canceled",
            IntentStatus::Unknown(word) => word,
        }
    }
}

/// A payment intent.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Intent {
    /// Its id.
    pub id: String,
    /// How it stands.
    pub status: IntentStatus,
    /// How much it is for, in minor units.
    #[serde(default)]
    pub amount: Option<u64>,
    /// How much was taken.
    #[serde(default)]
    pub amount_received: Option<u64>,
    /// In which currency.
    #[serde(default)]
    pub currency: Option<String>,
    /// What the buyer has to do.
    #[serde(default)]
    pub next_action: Option<Hidden<Value>>,
    /// What the buyer's browser names the intent by, with the publishable key.
    #[serde(default)]
    pub client_secret: Option<Hidden<String>>,
    /// Why the last card did not do.
    #[serde(default)]
    pub last_payment_error: Option<LastError>,
    /// Why it was cancelled.
    #[serde(default)]
    pub cancellation_reason: Option<String>,
    /// The newest charge, if it was asked for.
    #[serde(default)]
    pub latest_charge: Option<Expandable<Charge>>,
    /// What we said of it when we made it.
    #[serde(default)]
    pub metadata: Option<BTreeMap<String, String>>,
}

impl Intent {
    /// Until when it can be captured, in seconds since the Unix epoch.
    pub fn capture_before(&self) -> Option<u64> {
        self.charge()?.payment_method_details.as_ref()?.card.as_ref()?.capture_before
    }

    /// The newest charge.
    pub fn charge(&self) -> Option<&Charge> {
        match self.latest_charge.as_ref()? {
            Expandable::Object(charge) => Some(charge),
            Expandable::Other(_) => None,
        }
    }

    /// Why the last card did not do, in the bank's word or else in the provider's.
    pub fn decline(&self) -> Option<&str> {
        let error = self.last_payment_error.as_ref()?;
        error.decline_code.as_deref().or(error.code.as_deref())
    }

    /// What was said under `name` when it was made.
    pub fn metadata(&self, name: &str) -> Option<&str> {
        self.metadata.as_ref()?.get(name).map(String::as_str)
    }
}

/// Something that is an object where it was asked for, and its id where not.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Expandable<T> {
    /// The object.
    Object(T),
    /// Its id, or nothing that is known.
    Other(Value),
}

/// Why a card did not do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct LastError {
    /// The provider's word.
    #[serde(default)]
    pub code: Option<String>,
    /// The bank's word.
    #[serde(default)]
    pub decline_code: Option<String>,
}

/// A charge.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Charge {
    /// Its id.
    pub id: String,
    /// How much went back, in minor units.
    #[serde(default)]
    pub amount_refunded: Option<u64>,
    #[serde(default)]
    payment_method_details: Option<Details>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Details {
    #[serde(default)]
    card: Option<Card>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Card {
    #[serde(default)]
    capture_before: Option<u64>,
}

/// How a refund stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Option<String>")]
pub enum RefundState {
    /// It is on its way, or somebody has to do something.
    Pending,
    /// It arrived.
    Succeeded,
    /// It failed, perhaps long after it seemed well.
    Failed,
    /// It was cancelled.
    Canceled,
    /// A word that this release does not know.
    Unknown(String),
}

impl From<Option<String>> for RefundState {
    fn from(word: Option<String>) -> RefundState {
        match word.as_deref() {
            Some("pending" | "requires_action") | None => RefundState::Pending,
            Some("succeeded") => RefundState::Succeeded,
            Some("failed") => RefundState::Failed,
            Some("canceled") => RefundState::Canceled,
            Some(unknown) => RefundState::Unknown(unknown.to_owned()),
        }
    }
}

/// A refund.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Refund {
    /// Its id.
    pub id: String,
    /// How it stands.
    pub status: RefundState,
    /// How much goes back, in minor units.
    #[serde(default)]
    pub amount: Option<u64>,
    /// Why it failed.
    #[serde(default)]
    pub failure_reason: Option<String>,
    /// What we said of it when we made it.
    #[serde(default)]
    pub metadata: Option<BTreeMap<String, String>>,
}

impl Refund {
    /// Whether it brings the money back, or may yet.
    pub fn is_live(&self) -> bool {
        !matches!(self.status, RefundState::Failed | RefundState::Canceled)
    }

    /// What was said under `name` when it was made.
    pub fn metadata(&self, name: &str) -> Option<&str> {
        self.metadata.as_ref()?.get(name).map(String::as_str)
    }
}

/// A page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Page<T> {
    /// The objects.
    pub data: Vec<T>,
    /// Whether there are more behind them.
    #[serde(default)]
    pub has_more: bool,
}
