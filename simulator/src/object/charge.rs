//! Charges: one for every time that a card was asked.

use serde::{Deserialize, Serialize};

use super::intent::Metadata;

/// How a charge came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeStatus {
    /// Authorized, and captured or not.
    Succeeded,
    /// Declined.
    Failed,
}

impl ChargeStatus {
    /// The word of the API.
    pub fn word(self) -> &'static str {
        match self {
            ChargeStatus::Succeeded => "succeeded",
            ChargeStatus::Failed => "failed",
        }
    }
}

/// A charge.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) serial: u64,
    pub(crate) intent: String,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) amount_captured: i64,
    /// What was given back, that which is still on its way included.
    pub(crate) amount_refunded: i64,
    pub(crate) currency: String,
    pub(crate) status: ChargeStatus,
    pub(crate) captured: bool,
    pub(crate) payment_method: String,
    pub(crate) capture_before: Option<i64>,
    /// The hold ended by itself.
    pub(crate) expired: bool,
    pub(crate) failure_code: Option<String>,
    pub(crate) failure_message: Option<String>,
    pub(crate) decline_code: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) receipt_email: Option<String>,
    pub(crate) statement_descriptor: Option<String>,
    pub(crate) statement_descriptor_suffix: Option<String>,
    pub(crate) transfer_group: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) refunds: Vec<String>,
}

impl Charge {
    /// What of the captured money could still be given back.
    pub(crate) fn refundable(&self) -> i64 {
        if self.captured { self.amount_captured - self.amount_refunded } else { 0 }
    }
}
