//! The objects of the API: what is kept of them. How they look to a caller is in [`crate::render`].

pub(crate) mod charge;
pub(crate) mod endpoint;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod intent;
pub(crate) mod method;
pub(crate) mod refund;

pub use charge::ChargeStatus;
pub use intent::IntentStatus;
pub use refund::RefundStatus;
