//! Webhook endpoints: who wants to be told.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::intent::Metadata;

/// A secret that signs deliveries. Never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A secret that was rolled and still signs, beside its successor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Retiring {
    pub(crate) secret: Secret,
    /// Until when, in milliseconds of the simulator's clock.
    pub(crate) until: i64,
}

/// A webhook endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) serial: u64,
    pub(crate) created: i64,
    pub(crate) url: String,
    pub(crate) enabled_events: Vec<String>,
    pub(crate) disabled: bool,
    pub(crate) deleted: bool,
    /// What its events are told in, where that is not the account's.
    pub(crate) api_version: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) secret: Secret,
    pub(crate) retiring: Option<Retiring>,
}

impl Endpoint {
    /// Whether it wants events of this type now.
    pub(crate) fn wants(&self, kind: &str) -> bool {
        !self.disabled
            && !self.deleted
            && self.enabled_events.iter().any(|event| event == "*" || event == kind)
    }

    /// The secrets that sign at `now`, the newest first.
    pub(crate) fn secrets(&self, now: i64) -> Vec<&Secret> {
        let retiring = self.retiring.as_ref().filter(|retiring| now < retiring.until);
        std::iter::once(&self.secret).chain(retiring.map(|retiring| &retiring.secret)).collect()
    }
}
