//! Admission: a payment that cannot be served in time is refused at once, and not lost later.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::pacer::Shared;

/// A payment would not be authorized before its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the payment would come {} s too late: try again after that", .0.as_secs_f64())]
pub struct RetryAfter(pub Duration);

/// Tells whether payments can be served, from the line as it is on this node. Cheap to clone and to ask: no message, a
/// lock for a microsecond.
#[derive(Clone, Debug)]
pub struct Admission {
    pub(super) shared: Arc<Shared>,
}

impl Admission {
    /// Whether a payment that begins now is authorized by `deadline`: created and confirmed, behind all that wait and
    /// all that were promised before. A promise counts until the payment comes into line or is forgone, and five seconds
    /// at most.
    ///
    /// # Errors
    /// [`RetryAfter`] if not: after that long the same payment would be in time.
    pub fn would_be_served_by(&self, account: &str, deadline: Instant) -> Result<(), RetryAfter> {
        let now = self.shared.now();
        let deadline = self.shared.at(deadline);
        self.shared.line().promise(account, now, deadline).map_err(RetryAfter)
    }

    /// A payment that was promised to be served at `account` will not come.
    pub fn forgo(&self, account: &str) {
        self.shared.line().forgo(account);
    }
}
