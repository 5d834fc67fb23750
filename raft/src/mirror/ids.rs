//! Log ids and votes.

use bincode::{Decode, Encode};

use crate::types::{self, LeaderId, NodeId};

/// The place of an entry, and the leader that proposed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub(crate) struct LogId {
    // The order of the fields is the order of log ids.
    pub(crate) term: u64,
    pub(crate) node: NodeId,
    pub(crate) index: u64,
}

impl LogId {
    /// `(term, node)` of the leader that proposed the entry.
    pub(crate) fn leader(self) -> (u64, NodeId) {
        (self.term, self.node)
    }
}

impl From<types::LogId> for LogId {
    fn from(id: types::LogId) -> LogId {
        LogId { term: id.leader_id.term, node: id.leader_id.node_id, index: id.index }
    }
}

impl From<LogId> for types::LogId {
    fn from(id: LogId) -> types::LogId {
        types::LogId { leader_id: LeaderId { term: id.term, node_id: id.node }, index: id.index }
    }
}

/// A vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Vote {
    pub(crate) term: u64,
    pub(crate) node: NodeId,
    pub(crate) committed: bool,
}

impl Vote {
    /// `(term, node)` of the leader that the vote is for.
    pub(crate) fn leader(self) -> (u64, NodeId) {
        (self.term, self.node)
    }
}

impl From<types::Vote> for Vote {
    fn from(vote: types::Vote) -> Vote {
        Vote { term: vote.leader_id.term, node: vote.leader_id.node_id, committed: vote.committed }
    }
}

impl From<Vote> for types::Vote {
    fn from(vote: Vote) -> types::Vote {
        let leader_id = LeaderId { term: vote.term, node_id: vote.node };
        types::Vote { leader_id, committed: vote.committed }
    }
}
