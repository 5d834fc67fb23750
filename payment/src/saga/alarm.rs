//! Alarms: what the saga goes on trying, and an operator should look at.

use engine::ReservationId;

/// Something is not as it should be with a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Whose payment.
    pub reservation: ReservationId,
    /// Which try.
    pub attempt: u8,
    /// What is the matter.
    pub trouble: Trouble,
    /// Whether the same was told of the same task just before: it is tried again, and nothing is new.
    pub again: bool,
}

/// What is the matter with a payment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// A status that this release does not know: it is watched until it changes.
    #[error("the provider says that an object is {0:?}, which this release does not know")]
    UnknownStatus(String),
    /// The account's key, its name or the way to the provider does not do.
    #[error("the provider cannot be called: {0}; check the account's key and the base URL")]
    NotCallable(&'static str),
    /// The provider does not do what it always does.
    #[error("the provider refuses a step with {0:?}: it is tried again")]
    Refused(String),
    /// An object is not ours.
    #[error("the provider's object {0:?} is not the one of this payment")]
    Foreign(String),
    /// An id or a list is not what it can be.
    #[error("the provider's answer cannot be used: {0}")]
    Unusable(&'static str),
    /// The money of an order could not be taken.
    #[error("the money of an order cannot be taken: {0}")]
    CaptureFailed(String),
    /// Money that must go back did not arrive.
    #[error("a refund failed: {0}")]
    RefundFailed(String),
}
