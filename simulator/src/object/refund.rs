//! Refunds: money on its way back.

use serde::{Deserialize, Serialize};

use super::intent::Metadata;

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// Under way.
    Pending,
    /// The money is with the cardholder.
    Succeeded,
    /// The bank sent it back; it counts as not refunded.
    Failed,
}

impl RefundStatus {
    /// The word of the API.
    pub fn word(self) -> &'static str {
        match self {
            RefundStatus::Pending => "pending",
            RefundStatus::Succeeded => "succeeded",
            RefundStatus::Failed => "failed",
        }
    }
}

/// What becomes of a refund by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fate {
    /// When, in milliseconds of the simulator's clock.
    pub(crate) at: i64,
    pub(crate) status: RefundStatus,
}

/// A refund.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) serial: u64,
    pub(crate) charge: String,
    pub(crate) intent: String,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: RefundStatus,
    pub(crate) reason: Option<String>,
    pub(crate) failure_reason: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) fate: Option<Fate>,
}
