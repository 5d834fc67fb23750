//! Memberships.

use std::collections::{BTreeMap, BTreeSet};

use bincode::{Decode, Encode};
use openraft::BasicNode;

use crate::types::NodeId;

/// A membership as openraft instantiates it here.
pub(crate) type RaftMembership = openraft::Membership<NodeId, BasicNode>;

/// Who votes, and where everybody is.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Membership {
    /// More than one set: a joint configuration.
    voters: Vec<BTreeSet<NodeId>>,
    /// Of learners too.
    addresses: BTreeMap<NodeId, String>,
}

/// A membership that cannot be. It decodes, so it was not torn: it was never written by us.
#[derive(Debug, thiserror::Error)]
#[error("a membership that cannot be: {0}")]
pub(crate) struct Contradictory(String);

impl Membership {
    /// How many bytes a membership takes, at most.
    pub(crate) fn bytes_max(membership: &RaftMembership) -> usize {
        let voters: usize = membership.get_joint_config().iter().map(|set| 9 + 9 * set.len()).sum();
        let nodes: usize = membership.nodes().map(|(_, node)| 18 + node.addr.len()).sum();
        18 + voters + nodes
    }
}

impl From<&RaftMembership> for Membership {
    fn from(membership: &RaftMembership) -> Membership {
        Membership {
            voters: membership.get_joint_config().clone(),
            addresses: membership.nodes().map(|(&id, node)| (id, node.addr.clone())).collect(),
        }
    }
}

impl TryFrom<Membership> for RaftMembership {
    type Error = Contradictory;

    fn try_from(membership: Membership) -> Result<RaftMembership, Contradictory> {
        let nodes: BTreeMap<NodeId, BasicNode> =
            membership.addresses.into_iter().map(|(id, addr)| (id, BasicNode { addr })).collect();
        RaftMembership::new(membership.voters, nodes).map_err(|error| Contradictory(error.to_string()))
    }
}
