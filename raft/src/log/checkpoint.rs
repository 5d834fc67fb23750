//! What a segment's first frame says of each shard, so that no older segment is needed to read it.

use bincode::{Decode, Encode};

use super::extent::Extent;
use crate::mirror;
use crate::types::LogId;

/// A shard as of the beginning of a segment: what replaying all records before would give, but for the entries.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Checkpoint {
    vote: Option<mirror::Vote>,
    committed: Option<mirror::LogId>,
    purged: Option<mirror::LogId>,
    first: u64,
    next: u64,
    /// The first id of each run of entries of one leader.
    leaders: Vec<mirror::LogId>,
}

impl Checkpoint {
    pub(super) fn new(vote: Option<mirror::Vote>, committed: Option<LogId>, extent: &Extent) -> Checkpoint {
        let leaders = extent.leaders.iter().map(|&(index, leader_id)| LogId { leader_id, index }.into());
        Checkpoint {
            vote,
            committed: committed.map(Into::into),
            purged: extent.purged.map(Into::into),
            first: extent.first,
            next: extent.next,
            leaders: leaders.collect(),
        }
    }

    pub(super) fn vote(&self) -> Option<mirror::Vote> {
        self.vote
    }

    pub(super) fn committed(&self) -> Option<LogId> {
        self.committed.map(Into::into)
    }

    pub(super) fn extent(&self) -> Extent {
        let leaders = self.leaders.iter().map(|&id| LogId::from(id)).map(|id| (id.index, id.leader_id));
        Extent {
            purged: self.purged.map(Into::into),
            first: self.first,
            next: self.next,
            leaders: leaders.collect(),
        }
    }
}
