//! openraft's types as they stand on the disk: mirrors of our own, so that its releases do not change the format.

use std::collections::{BTreeMap, BTreeSet};

use bincode::{Decode, Encode};
use openraft::{BasicNode, Membership};

use crate::types::{LeaderId, LogId, NodeId, SnapshotMeta, StoredMembership, Vote};

/// A membership as openraft instantiates it here.
pub(crate) type RaftMembership = Membership<NodeId, BasicNode>;

/// Mirrors [`LogId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct LogIdMirror {
    term: u64,
    node: NodeId,
    index: u64,
}

impl From<LogId> for LogIdMirror {
    fn from(id: LogId) -> LogIdMirror {
        LogIdMirror { term: id.leader_id.term, node: id.leader_id.node_id, index: id.index }
    }
}

impl From<LogIdMirror> for LogId {
    fn from(mirror: LogIdMirror) -> LogId {
        LogId { leader_id: LeaderId { term: mirror.term, node_id: mirror.node }, index: mirror.index }
    }
}

/// Mirrors [`Vote`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct VoteMirror {
    term: u64,
    node: NodeId,
    committed: bool,
}

impl From<Vote> for VoteMirror {
    fn from(vote: Vote) -> VoteMirror {
        VoteMirror { term: vote.leader_id.term, node: vote.leader_id.node_id, committed: vote.committed }
    }
}

impl From<VoteMirror> for Vote {
    fn from(mirror: VoteMirror) -> Vote {
        let leader_id = LeaderId { term: mirror.term, node_id: mirror.node };
        Vote { leader_id, committed: mirror.committed }
    }
}

/// Mirrors [`Membership`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct MembershipMirror {
    voters: Vec<BTreeSet<NodeId>>,
    addresses: BTreeMap<NodeId, String>,
}

impl From<&RaftMembership> for MembershipMirror {
    fn from(membership: &RaftMembership) -> MembershipMirror {
        MembershipMirror {
            voters: membership.get_joint_config().clone(),
            addresses: membership.nodes().map(|(id, node)| (*id, node.addr.clone())).collect(),
        }
    }
}

impl TryFrom<MembershipMirror> for RaftMembership {
    type Error = String;

    fn try_from(mirror: MembershipMirror) -> Result<RaftMembership, String> {
        let nodes: BTreeMap<NodeId, BasicNode> =
            mirror.addresses.into_iter().map(|(id, addr)| (id, BasicNode { addr })).collect();
        Membership::new(mirror.voters, nodes).map_err(|error| error.to_string())
    }
}

/// Mirrors [`SnapshotMeta`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct SnapshotMetaMirror {
    last: Option<LogIdMirror>,
    membership_at: Option<LogIdMirror>,
    membership: MembershipMirror,
}

impl From<&SnapshotMeta> for SnapshotMetaMirror {
    fn from(meta: &SnapshotMeta) -> SnapshotMetaMirror {
        SnapshotMetaMirror {
            last: meta.last_log_id.map(Into::into),
            membership_at: meta.last_membership.log_id().map(Into::into),
            membership: meta.last_membership.membership().into(),
        }
    }
}

impl TryFrom<SnapshotMetaMirror> for SnapshotMeta {
    type Error = String;

    fn try_from(mirror: SnapshotMetaMirror) -> Result<SnapshotMeta, String> {
        let membership = mirror.membership.try_into()?;
        let last_membership = StoredMembership::new(mirror.membership_at.map(Into::into), membership);
        Ok(SnapshotMeta { last_log_id: mirror.last.map(Into::into), last_membership })
    }
}
