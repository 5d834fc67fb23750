//! A webhook delivery that is still owed.

use serde::{Deserialize, Serialize};

/// An event that an endpoint has not acknowledged yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) serial: u64,
    pub(crate) event: String,
    pub(crate) endpoint: String,
    /// How many times it was tried in vain.
    pub(crate) failures: u32,
    /// When the first try was due, in milliseconds.
    pub(crate) since: i64,
    /// When the next try is due, in milliseconds.
    pub(crate) due: i64,
}
