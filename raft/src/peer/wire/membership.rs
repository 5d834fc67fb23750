//! Memberships, as entries and snapshots carry them.

use std::collections::{BTreeMap, BTreeSet};

use bincode::{Decode, Encode};
use openraft::BasicNode;

use super::{LogId, Malformed};
use crate::types::{NodeId, StoredMembership};

/// Who votes, and where everybody is.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(super) struct Membership {
    /// More than one set: a joint configuration.
    voters: Vec<BTreeSet<NodeId>>,
    /// Addresses, of learners too.
    nodes: BTreeMap<NodeId, String>,
}

impl Membership {
    /// Its size as bytes, at most.
    pub(super) fn bytes_max(membership: &openraft::Membership<NodeId, BasicNode>) -> usize {
        let voters: usize = membership.get_joint_config().iter().map(|set| 9 + 9 * set.len()).sum();
        let nodes: usize = membership.nodes().map(|(_, node)| 18 + node.addr.len()).sum();
        18 + voters + nodes
    }
}

impl From<&openraft::Membership<NodeId, BasicNode>> for Membership {
    fn from(membership: &openraft::Membership<NodeId, BasicNode>) -> Self {
        Self {
            voters: membership.get_joint_config().clone(),
            nodes: membership.nodes().map(|(&id, node)| (id, node.addr.clone())).collect(),
        }
    }
}

impl TryFrom<Membership> for openraft::Membership<NodeId, BasicNode> {
    type Error = Malformed;

    fn try_from(membership: Membership) -> Result<Self, Malformed> {
        let nodes: BTreeMap<NodeId, BasicNode> =
            membership.nodes.into_iter().map(|(id, addr)| (id, BasicNode { addr })).collect();
        Self::new(membership.voters, nodes).map_err(|error| Malformed::Membership(error.to_string()))
    }
}

/// A membership, and the entry it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(super) struct Stored {
    pub(super) log_id: Option<LogId>,
    membership: Membership,
}

impl From<&StoredMembership> for Stored {
    fn from(stored: &StoredMembership) -> Self {
        Self { log_id: stored.log_id().map(Into::into), membership: stored.membership().into() }
    }
}

impl TryFrom<Stored> for StoredMembership {
    type Error = Malformed;

    fn try_from(stored: Stored) -> Result<Self, Malformed> {
        Ok(Self::new(stored.log_id.map(Into::into), stored.membership.try_into()?))
    }
}
