//! Events: what happened, with the object as it was then.

use serde::{Deserialize, Serialize};

use super::charge::Charge;
use super::intent::Intent;
use super::refund::Refund;

/// Every type of event that this simulator sends.
pub(crate) const TYPES: &[&str] = &[
    "charge.captured",
    "charge.expired",
    "charge.failed",
    "charge.refund.updated",
    "charge.refunded",
    "charge.succeeded",
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.created",
    "payment_intent.payment_failed",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "refund.created",
    "refund.failed",
    "refund.updated",
];

/// The object that an event is about, as it was.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Snapshot {
    Intent(Box<Intent>),
    Charge(Box<Charge>),
    Refund(Box<Refund>),
}

/// An event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) serial: u64,
    pub(crate) created: i64,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The account's when it was made: what the event is shown in, and told in where an endpoint has none of its own.
    pub(crate) api_version: String,
    pub(crate) request: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) object: Snapshot,
}
