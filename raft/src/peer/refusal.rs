//! Why a node answered a request without doing, or without finishing, what was asked.

use bincode::{Decode, Encode};

/// The longest explanation that travels, in bytes; longer ones are cut.
const WHY_BYTES_MAX: usize = 512;

/// The answer of a node that did not do, or did not finish, what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, thiserror::Error)]
pub enum Refusal {
    /// The node does not host the shard; nothing was done.
    #[error("it does not host the shard")]
    UnknownShard,
    /// The node does not know the kind of call; nothing was done.
    #[error("it does not know this kind of call")]
    UnknownKind,
    /// The connection has as many requests at work there as it may have; nothing was done. Try again later.
    #[error("it has as much at work for this connection as it may have")]
    Busy,
    /// The node is shutting down; nothing was done.
    #[error("it is shutting down")]
    Stopping,
    /// An append that was pipelined behind one that failed. It may have been carried out.
    #[error("an append before this one in the pipeline failed")]
    BehindFailed,
    /// The time that the request had was over before the work was. It may have been carried out.
    #[error("the request's time was over before the work was")]
    Expired,
    /// The work ended without an answer. It may have been carried out.
    #[error("the work ended without an answer")]
    Abandoned,
    /// The work failed on the way. It may have been carried out, or a part of it.
    #[error("the work failed: {why}")]
    Failed {
        /// What went wrong.
        why: String,
    },
}

impl Refusal {
    /// A failure on the way, told in at most 512 bytes.
    pub fn failed(why: impl ToString) -> Self {
        let mut why = why.to_string();
        why.truncate(why.floor_char_boundary(WHY_BYTES_MAX));
        Self::Failed { why }
    }

    /// Whether the request may have had an effect all the same.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::UnknownShard | Self::UnknownKind | Self::Busy | Self::Stopping => false,
            Self::BehindFailed | Self::Expired | Self::Abandoned | Self::Failed { .. } => true,
        }
    }
}
