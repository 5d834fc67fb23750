//! openraft's messages as bytes.
//!
//! openraft's types are mirrored by types of ours ([`crate::mirror`]), so that the wire format is ours to keep.
//! Bodies are encoded by [`engine::codec`], behind its format byte. What arrives is checked for what openraft takes
//! for granted (it panics otherwise): entries follow each other, and no entry is newer than the vote it comes with.

mod append;
mod snapshot;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
mod transfer;
mod vote;

use bincode::{Decode, Encode};
use bytes::Bytes;
use engine::codec;

use crate::mirror::{Contradictory, Vote};

pub(crate) use append::{AppendAnswer, decode_append, encode_append, entries_that_fit};
pub(crate) use snapshot::{SnapshotBegin, SnapshotChunk, SnapshotInstalled, decode_chunk, encode_chunk};
pub(crate) use transfer::{TransferAnswer, TransferLeader};
pub(crate) use vote::{VoteAnswer, VoteRequest};

/// Why the body of a frame is not the message that its kind promises.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Malformed {
    #[error(transparent)]
    Codec(#[from] codec::Error),
    #[error("a body of {bytes} bytes is shorter than it says")]
    Short { bytes: usize },
    #[error("{left} bytes are left over behind the message")]
    Trailing { left: usize },
    #[error(transparent)]
    Membership(#[from] Contradictory),
    #[error("an append whose entries do not follow each other, at index {index}")]
    Gap { index: u64 },
    #[error("log ids that are newer than the vote they come with")]
    AheadOfVote,
    #[error("an append or a snapshot with a vote that no quorum granted")]
    Uncommitted,
    #[error("a message of node {claimed} that node {from} sent")]
    NotTheSender { claimed: u64, from: u64 },
    #[error("a heartbeat that carries entries")]
    LoadedHeartbeat,
}

/// A message as the body of a frame.
pub(crate) fn encode<T: Encode>(message: &T) -> Vec<Bytes> {
    vec![Bytes::from(codec::encode(message))]
}

/// The message that a body is.
pub(crate) fn decode<T: Decode<()>>(body: &[u8]) -> Result<T, Malformed> {
    Ok(codec::decode(body)?)
}

/// Nodes speak for themselves only.
pub(crate) fn check_sender(vote: &Vote, from: u64) -> Result<(), Malformed> {
    match vote.node {
        claimed if claimed == from => Ok(()),
        claimed => Err(Malformed::NotTheSender { claimed, from }),
    }
}
