//! Payment methods that were tokenised here. They belong to one account.

use serde::{Deserialize, Serialize};

/// A tokenised test card.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Method {
    pub(crate) id: String,
    pub(crate) serial: u64,
    pub(crate) created: i64,
    /// The test card behind it, by its name `pm_card_…`.
    pub(crate) card: String,
    pub(crate) exp_month: i64,
    pub(crate) exp_year: i64,
}
