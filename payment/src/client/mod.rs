//! The provider's API over HTTP: calls go out, verdicts come back.
//!
//! A [`Call`] is a plain value made from a task alone, so that two nodes that do one task send the same bytes under the
//! same key. A [`Verdict`] says what is known after one exchange, and keeps what is unknown apart from what failed.

mod answer;
mod call;
mod connect;
mod endpoint;
mod error;
mod exchange;
mod fault;
mod form;
mod hidden;
mod object;
mod transport;
mod verdict;

pub use call::{BODY_VERSION, Call, LISTED_MAX};
pub use endpoint::Endpoint;
pub use error::NoClient;
pub use exchange::{API_VERSION, Client};
pub use hidden::Hidden;
pub use object::{Charge, Intent, IntentStatus, Object, Page, Refund, RefundState};
pub use transport::{Exchange, Transport};
pub use verdict::{Decline, Failure, Limited, Reason, Refused, Retry, Verdict};
