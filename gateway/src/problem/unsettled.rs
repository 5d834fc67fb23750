//! No definite answer, as a problem.

use super::{Code, Problem};
use crate::port::{ListsUnavailable, Unsettled};

const RETRY_AFTER_SECS: u64 = 1;

impl From<Unsettled> for Problem {
    fn from(unsettled: Unsettled) -> Problem {
        let (code, detail) = match unsettled {
            Unsettled::Overloaded => (Code::Overloaded, "shed before any work was done: nothing happened"),
            Unsettled::Unavailable => {
                (Code::Unavailable, "the shard of this cannot be reached now: nothing happened")
            }
            Unsettled::OutcomeUnknown => (
                Code::OutcomeUnknown,
                "no answer came within the deadline: it may have happened, so retry with the same key",
            ),
        };
        Problem::new(code, detail).retry_after(RETRY_AFTER_SECS)
    }
}

impl From<ListsUnavailable> for Problem {
    fn from(unavailable: ListsUnavailable) -> Problem {
        tracing::warn!(%unavailable, "a list could not be read");
        Problem::new(
            Code::Unavailable,
            "this node's lists cannot be read now: try again, or ask another node",
        )
        .retry_after(RETRY_AFTER_SECS)
    }
}
