//! Snapshots: a beginning that says whose and of what, pieces, and an end.

use bincode::{Decode, Encode};
use bytes::{Buf, BufMut, Bytes};

use super::{Malformed, check_sender};
use crate::mirror::{self, Vote};
use crate::types::{NodeId, SnapshotMeta};

/// What a snapshot's transfer begins with. Its request number names the transfer from then on.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct SnapshotBegin {
    pub(crate) vote: Vote,
    meta: mirror::SnapshotMeta,
}

impl SnapshotBegin {
    pub(crate) fn new(vote: crate::types::Vote, meta: &SnapshotMeta) -> Self {
        Self { vote: vote.into(), meta: meta.into() }
    }

    /// The leader's vote and what it says of the snapshot, if node `from` may say so.
    pub(crate) fn check(self, from: NodeId) -> Result<(crate::types::Vote, SnapshotMeta), Malformed> {
        check_sender(&self.vote, from)?;
        if !self.vote.committed {
            return Err(Malformed::Uncommitted);
        }
        if self.meta.newest().is_some_and(|id| id.leader() > self.vote.leader()) {
            return Err(Malformed::AheadOfVote);
        }
        Ok((self.vote.into(), self.meta.try_into()?))
    }
}

/// A piece: `u64` transfer, `u64` offset, both little endian, and the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SnapshotChunk {
    pub(crate) transfer: u64,
    pub(crate) offset: u64,
    pub(crate) bytes: Bytes,
}

pub(crate) fn encode_chunk(chunk: SnapshotChunk) -> Vec<Bytes> {
    let mut head = Vec::with_capacity(16);
    head.put_u64_le(chunk.transfer);
    head.put_u64_le(chunk.offset);
    vec![head.into(), chunk.bytes]
}

pub(crate) fn decode_chunk(mut body: Bytes) -> Result<SnapshotChunk, Malformed> {
    let bytes = body.len();
    let transfer = body.try_get_u64_le().map_err(|_| Malformed::Short { bytes })?;
    let offset = body.try_get_u64_le().map_err(|_| Malformed::Short { bytes })?;
    Ok(SnapshotChunk { transfer, offset, bytes: body })
}

/// The answer to the end of a snapshot: the vote of the node, which has installed it unless its vote is higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub(crate) struct SnapshotInstalled {
    pub(crate) vote: Vote,
}
