//! The types that openraft is instantiated with.

use std::fmt;

use bytes::Bytes;

/// Identifies a node for as long as its data lives: a wiped node comes back under a new id.
pub type NodeId = u64;

openraft::declare_raft_types!(
    /// One Raft group of flashsale: a shard. Leader ids are `(term, node)`, so a log id names who proposed an entry.
    pub Types:
        D = Payload,
        R = (),
        NodeId = NodeId,
        Node = openraft::BasicNode,
        LeaderId = openraft::impls::leader_id_adv::LeaderId<u64, NodeId>,
);

/// `(term, node, index)` of a log entry.
pub type LogId = openraft::alias::LogIdOf<Types>;
/// `(term, node)` of a leader.
pub type LeaderId = openraft::alias::LeaderIdOf<Types>;
/// A vote: a leader id, and whether a quorum granted it.
pub type Vote = openraft::alias::VoteOf<Types>;
/// A log entry.
pub type Entry = openraft::alias::EntryOf<Types>;
/// A membership as it stands in the log.
pub type StoredMembership = openraft::alias::StoredMembershipOf<Types>;
/// What is known of a snapshot beside its bytes.
pub type SnapshotMeta = openraft::alias::SnapshotMetaOf<Types>;

/// What an entry carries: one encoded batch. It is encoded once, by the leader; log, wire and followers share the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload(pub Bytes);

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "batch of {} bytes", self.0.len())
    }
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
