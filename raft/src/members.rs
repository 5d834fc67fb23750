//! Who belongs to a shard's group: as its log says, and until that says anything, as the configuration does.

use std::collections::{BTreeMap, BTreeSet};

use bincode::{Decode, Encode};
use tokio::sync::watch;

use crate::types::{NodeId, StoredMembership};

/// Who belongs to a shard's group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Members {
    /// The index of the entry that says so; nothing if the configuration does.
    pub entry: Option<u64>,
    /// Who votes. Two sets while one takes the other's place: then a majority is one of each.
    pub voters: Vec<BTreeSet<NodeId>>,
    /// The peer address of every node, of those that do not vote too.
    pub addresses: BTreeMap<NodeId, String>,
}

impl Members {
    /// Those of a configuration: all of them vote.
    pub fn configured(addresses: BTreeMap<NodeId, String>) -> Members {
        Members { entry: None, voters: vec![addresses.keys().copied().collect()], addresses }
    }

    /// Those that the log names, if it names any yet.
    pub(crate) fn logged(stored: &StoredMembership) -> Option<Members> {
        let entry = stored.log_id().as_ref()?.index;
        let membership = stored.membership();
        Some(Members {
            entry: Some(entry),
            voters: membership.get_joint_config().clone(),
            addresses: membership.nodes().map(|(&node, known)| (node, known.addr.clone())).collect(),
        })
    }

    /// Every node.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        self.addresses.keys().copied()
    }

    /// Every node that votes, in any set.
    pub fn all_voters(&self) -> BTreeSet<NodeId> {
        self.voters.iter().flatten().copied().collect()
    }

    /// Whether the node votes, in any set.
    pub fn is_voter(&self, node: NodeId) -> bool {
        self.voters.iter().any(|set| set.contains(&node))
    }

    /// Whether the node belongs to the group, with or without a vote.
    pub fn contains(&self, node: NodeId) -> bool {
        self.addresses.contains_key(&node)
    }

    /// Whether one set of voters is taking the place of another.
    pub fn is_changing(&self) -> bool {
        self.voters.len() > 1
    }

    /// Those who vote once nothing is changing any more.
    pub fn goal(&self) -> BTreeSet<NodeId> {
        self.voters.last().cloned().unwrap_or_default()
    }

    /// Whether `nodes` are a majority: of each set of voters.
    pub fn is_majority(&self, nodes: &BTreeSet<NodeId>) -> bool {
        let reached = |set: &BTreeSet<NodeId>| set.intersection(nodes).count() * 2 > set.len();
        !self.voters.is_empty() && self.voters.iter().all(reached)
    }

    /// Those of the newer entry.
    pub fn newer(self, other: Members) -> Members {
        if other.entry > self.entry { other } else { self }
    }
}

/// A shard's members as they are known on this node, for all who need to know. Clones share them.
#[derive(Clone, Debug)]
pub struct Roster(watch::Sender<Members>);

impl Roster {
    /// Begins with `members`.
    pub fn new(members: Members) -> Roster {
        Roster(watch::Sender::new(members))
    }

    /// The members by now.
    pub fn get(&self) -> Members {
        self.0.borrow().clone()
    }

    /// Takes what the log says. Whether that is news.
    pub(crate) fn set(&self, members: Members) -> bool {
        self.0.send_if_modified(|known| {
            let is_news = *known != members;
            *known = members;
            is_news
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(voters: &[&[NodeId]]) -> Members {
        let voters: Vec<BTreeSet<NodeId>> = voters.iter().map(|set| set.iter().copied().collect()).collect();
        let addresses = voters.iter().flatten().map(|&node| (node, format!("node-{node}:9080"))).collect();
        Members { entry: Some(7), voters, addresses }
    }

    #[test]
    fn a_majority_is_one_of_every_set_of_voters() {
        let settled = members(&[&[1, 2, 3]]);
        assert!(settled.is_majority(&[1, 3].into()));
        assert!(!settled.is_majority(&[1, 4, 5].into()), "those who do not vote do not count");
        let changing = members(&[&[1, 2, 3], &[1, 3, 4]]);
        assert!(changing.is_majority(&[1, 3].into()));
        assert!(!changing.is_majority(&[1, 2].into()) && !changing.is_majority(&[1, 4].into()));
        assert!(!Members::default().is_majority(&[1].into()), "nobody is no majority of nobody");
    }

    #[test]
    fn the_log_knows_better_than_the_configuration() {
        let configured = Members::configured(members(&[&[1, 2, 3]]).addresses);
        let logged = members(&[&[1, 3, 4]]);
        assert_eq!(configured.clone().newer(logged.clone()), logged);
        assert_eq!(logged.clone().newer(configured), logged);
        let roster = Roster::new(logged.clone());
        assert!(!roster.set(logged), "nothing new");
        assert!(roster.set(members(&[&[1, 3, 5]])));
    }
}
