//! Why a snapshot cannot be loaded.

use crate::codec;
use crate::vocabulary::batch::RULES;
use crate::vocabulary::id::ShardId;

/// Why bytes are not the snapshot of this shard.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// A chunk does not decode.
    #[error("a chunk of the snapshot does not decode: {0}")]
    Codec(#[from] codec::Error),
    /// A chunk stands where it cannot: no header before it, behind the end, or one kind after another.
    #[error("chunks of the snapshot are missing or out of order")]
    OutOfOrder,
    /// It is another shard's.
    #[error("the snapshot is of shard {found} and not of shard {expected}")]
    OtherShard {
        /// Whose it is.
        found: ShardId,
        /// Whose it should be.
        expected: ShardId,
    },
    /// It was made by rules that this version does not know.
    #[error("the snapshot needs rules {found}; this version knows rules 1 to {RULES}")]
    UnknownRules {
        /// The rules in force when it was made.
        found: u16,
    },
    /// A record names another that is not there.
    #[error("a record of the snapshot names one that is not there")]
    Dangling,
    /// Two records have the same id.
    #[error("two records of the snapshot have the same id")]
    Duplicate,
    /// Remembered answers are not in the order in which they were given.
    #[error("the remembered answers of the snapshot are out of order")]
    Unordered,
    /// There are fewer or more records than there were.
    #[error("records of the snapshot are missing or too many")]
    Counts,
    /// The content is not what was captured.
    #[error("the snapshot's content has hash {found:016x} and should have {expected:016x}")]
    Hash {
        /// Of what was read.
        found: u64,
        /// Of what was captured.
        expected: u64,
    },
}
