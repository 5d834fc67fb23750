//! What a caller learns in the end: a definite answer, or which kind of none.

use super::query::Answer;
use super::refusal::Refusal;

/// A definite answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It was done.
    Done {
        /// What the caller gets to see.
        answer: Answer,
        /// Whether it had been done before, under the same key.
        replayed: bool,
    },
    /// It was not done, and changed nothing.
    Refused(Refusal),
}

/// No definite answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsettled {
    /// Shed before any work was done: nothing happened.
    #[error("shed before any work was done: nothing happened")]
    Overloaded,
    /// No leader could be reached: nothing happened.
    #[error("the shard cannot be reached now: nothing happened")]
    Unavailable,
    /// Sent, and no answer within the deadline: it may have happened.
    #[error("sent, and no answer came in time: it may have happened")]
    OutcomeUnknown,
}
