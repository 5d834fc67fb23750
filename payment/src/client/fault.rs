//! The body of an answer that is an error.

use serde::Deserialize;

use super::object::Intent;

/// `{"error": …}`.
#[derive(Debug, Deserialize)]
pub(super) struct Body {
    pub(super) error: Fault,
}

/// What the provider says of an error. Its message is not read: it is for people, and may name what buyers typed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Fault {
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) code: Option<String>,
    #[serde(default)]
    pub(super) decline_code: Option<String>,
    #[serde(default)]
    pub(super) param: Option<String>,
    #[serde(default)]
    pub(super) payment_intent: Option<Intent>,
}

impl Fault {
    /// Reads a body; nothing if it is not the provider's.
    pub(super) fn read(body: &[u8]) -> Option<Fault> {
        let fault = serde_json::from_slice::<Body>(body).ok()?.error;
        fault.kind.is_some().then_some(fault)
    }
}
