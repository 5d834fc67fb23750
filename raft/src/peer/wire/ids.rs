//! Log ids and votes.

use bincode::{Decode, Encode};

use crate::types;

/// The place of an entry, and the leader that proposed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub(crate) struct LogId {
    // The order of the fields is the order of log ids.
    pub(crate) term: u64,
    pub(crate) node: u64,
    pub(crate) index: u64,
}

impl LogId {
    /// `(term, node)` of the leader that proposed the entry.
    pub(crate) fn leader(self) -> (u64, u64) {
        (self.term, self.node)
    }
}

impl From<types::LogId> for LogId {
    fn from(id: types::LogId) -> Self {
        Self { term: id.leader_id.term, node: id.leader_id.node_id, index: id.index }
    }
}

impl From<LogId> for types::LogId {
    fn from(id: LogId) -> Self {
        Self { leader_id: types::LeaderId { term: id.term, node_id: id.node }, index: id.index }
    }
}

/// A vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Vote {
    pub(crate) term: u64,
    pub(crate) node: u64,
    pub(crate) committed: bool,
}

impl Vote {
    /// `(term, node)` of the leader that the vote is for.
    pub(crate) fn leader(self) -> (u64, u64) {
        (self.term, self.node)
    }
}

impl From<types::Vote> for Vote {
    fn from(vote: types::Vote) -> Self {
        Self { term: vote.leader_id.term, node: vote.leader_id.node_id, committed: vote.committed }
    }
}

impl From<Vote> for types::Vote {
    fn from(vote: Vote) -> Self {
        Self { leader_id: types::LeaderId { term: vote.term, node_id: vote.node }, committed: vote.committed }
    }
}
