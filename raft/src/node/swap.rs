//! Swapping: how a shard's group gets another node in the place of one, step by step, each by the shard's leader.
//!
//! Nothing is remembered from one step to the next but what the group's log says, so it does not matter who takes the next
//! one, or when: a new node learns, then votes in the place of the old one, by a joint configuration, and the old one is
//! gone.

use std::collections::{BTreeMap, BTreeSet};

use bincode::{Decode, Encode};
use openraft::async_runtime::watch::WatchReceiver;
use openraft::{BasicNode, ChangeMembers, ServerState};
use tracing::info;

use super::replica::Replica;
use super::{about, leadership};
use crate::members::Members;
use crate::peer::Peers;
use crate::types::NodeId;

/// How many entries the new node may be behind when it begins to vote.
const BEHIND_MAX: u64 = 64;

/// What the new node had of a shard before it was made known to the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Past {
    /// Whether it votes in a group, by its own log.
    pub(crate) votes: bool,
    /// What its state began with, if it has begun.
    pub(crate) origin: Option<[u8; 16]>,
}

/// What is to be done to a shard's group.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct SwapRequest {
    pub(crate) old: NodeId,
    pub(crate) new: NodeId,
    /// Where the new node is.
    pub(crate) address: String,
    /// Whether the new one may take the old one's place by now. Until then it only learns.
    pub(crate) may_vote: bool,
    /// What the new node has, if it was asked. Without it, it is not made known to the group.
    pub(crate) past: Option<Past>,
}

/// How far a shard's group is with it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Stage {
    /// The new node has the old one's place.
    Done,
    /// The new node is being told of.
    Adding,
    /// The new node lacks so many entries; not known before it has any.
    CatchingUp(Option<u64>),
    /// The old node leads, and hands over.
    HandingOver,
    /// The new node is taking the old one's place.
    Swapping,
    /// Somebody has to be there first, as it says.
    Waiting(String),
    /// It cannot be done, for the reason given.
    Refused(String),
}

/// Takes the next step of `request`, or tells what is waited for.
pub(super) async fn step(replica: &Replica, peers: &Peers, request: &SwapRequest) -> Stage {
    let raft = &replica.raft;
    let metrics = raft.metrics().borrow_watched().clone();
    if metrics.state != ServerState::Leader || !metrics.vote.committed {
        return Stage::Waiting(format!("node {} does not lead it any more", metrics.id));
    }
    if metrics.membership_config.log_id() != metrics.committed_membership_config.log_id() {
        return Stage::Swapping;
    }
    let Some(members) = Members::logged(&metrics.membership_config) else { return Stage::Adding };
    let connected: BTreeSet<NodeId> = peers.connected().into_iter().chain([metrics.id]).collect();
    if !members.contains(request.new)
        && let Some(stage) = objection(request, about::origin(replica).await)
    {
        return stage;
    }
    match next(&members, request, metrics.id, leadership::lag(raft, request.new), &connected) {
        Next::Is(stage) => stage,
        Next::Change(change, retain, stage) => {
            info!(shard = %replica.shard, old = request.old, new = request.new, ?change, "changes its members");
            match raft.change_membership(change, retain).await {
                Ok(_) => stage,
                Err(error) => Stage::Waiting(error.to_string()),
            }
        }
        Next::HandOver => {
            let others = members.all_voters().into_iter().filter(|&node| node != request.old);
            let fittest = others.filter_map(|node| Some((leadership::lag(raft, node)?, node))).min();
            if let Some((_, node)) = fittest {
                leadership::transfer(raft, node).await;
            }
            Stage::HandingOver
        }
    }
}

/// What speaks against making the new node known to a group whose state began with `origin`: that it has another history.
/// It may have some of this one: an entry that made it known, and was lost with its leader.
fn objection(request: &SwapRequest, origin: Option<[u8; 16]>) -> Option<Stage> {
    let new = request.new;
    let Some(past) = request.past else {
        return Some(Stage::Waiting(format!("node {new} was not asked what it has")));
    };
    let foreign = || {
        Stage::Refused(format!(
            "node {new} has a history of its own: start it with an empty directory, under an id that no node had"
        ))
    };
    match (past.origin, origin) {
        _ if past.votes => Some(foreign()),
        (Some(theirs), Some(own)) if theirs != own => Some(foreign()),
        (Some(_), None) => Some(Stage::Waiting(format!("node {new} has a state, and its leader none yet"))),
        _ => None,
    }
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// Nothing to be done now.
    Is(Stage),
    /// A change of the members, whether removed voters stay to learn, and what then is the case.
    Change(ChangeMembers<NodeId, BasicNode>, bool, Stage),
    /// Another node is to lead.
    HandOver,
}

/// What comes next where `leader` leads `members`, and the new node lacks `lag` entries, if that is known.
fn next(
    members: &Members,
    request: &SwapRequest,
    leader: NodeId,
    lag: Option<u64>,
    connected: &BTreeSet<NodeId>,
) -> Next {
    let SwapRequest { old, new, address, may_vote, .. } = request;
    let (old, new) = (*old, *new);
    if members.is_changing() {
        return Next::Change(ChangeMembers::ReplaceAllVoters(members.goal()), false, Stage::Swapping);
    }
    if members.is_voter(new) {
        return match (members.is_voter(old), members.contains(old)) {
            (true, _) => Next::Is(Stage::Refused(format!(
                "node {new} is a member already: the node that comes needs an id that no node had"
            ))),
            (false, true) => Next::Change(ChangeMembers::RemoveNodes([old].into()), false, Stage::Done),
            (false, false) => Next::Is(Stage::Done),
        };
    }
    if !members.is_voter(old) {
        return Next::Is(Stage::Refused(format!("node {old} is not a member")));
    }
    // Who began to learn for a replacement that was given up stays no longer.
    let idle: BTreeSet<NodeId> =
        members.nodes().filter(|&node| node != new && !members.is_voter(node)).collect();
    if !idle.is_empty() {
        return Next::Change(ChangeMembers::RemoveNodes(idle), false, Stage::Adding);
    }
    let node = || BTreeMap::from([(new, BasicNode::new(address))]);
    match members.addresses.get(&new) {
        None => return Next::Change(ChangeMembers::AddNodes(node()), true, Stage::Adding),
        Some(known) if known != address => {
            return Next::Change(ChangeMembers::SetNodes(node()), true, Stage::Adding);
        }
        Some(_) => {}
    }
    match lag {
        None => return Next::Is(Stage::CatchingUp(None)),
        Some(lag) if lag > BEHIND_MAX => return Next::Is(Stage::CatchingUp(Some(lag))),
        Some(_) => {}
    }
    if !may_vote {
        return Next::Is(Stage::Waiting(format!("not every node reaches node {new} yet")));
    }
    let mut goal = members.all_voters();
    goal.remove(&old);
    if let Some(missing) = goal.iter().find(|node| !connected.contains(node)) {
        return Next::Is(Stage::Waiting(format!("node {missing} is not connected to node {leader}")));
    }
    if leader == old {
        return Next::HandOver;
    }
    goal.insert(new);
    Next::Change(ChangeMembers::ReplaceAllVoters(goal), false, Stage::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: NodeId = 2;
    const NEW: NodeId = 4;

    fn members(voters: &[&[NodeId]], learners: &[NodeId]) -> Members {
        let voters: Vec<BTreeSet<NodeId>> = voters.iter().map(|set| set.iter().copied().collect()).collect();
        let nodes = voters.iter().flatten().chain(learners);
        let addresses = nodes.map(|&node| (node, address(node))).collect();
        Members { entry: Some(7), voters, addresses }
    }

    fn address(node: NodeId) -> String {
        format!("node-{node}:9080")
    }

    fn request() -> SwapRequest {
        SwapRequest { old: OLD, new: NEW, address: address(NEW), may_vote: true, past: None }
    }

    /// What comes next if all are connected and the new node has caught up.
    fn after(members: &Members) -> Next {
        next(members, &request(), 1, Some(0), &[1, 2, 3, 4].into())
    }

    #[test]
    fn the_steps_follow_each_other_from_wherever_it_stands() {
        let voters = ChangeMembers::ReplaceAllVoters([1, 3, NEW].into());
        let node = BTreeMap::from([(NEW, BasicNode::new(address(NEW)))]);
        let steps = [
            (members(&[&[1, 2, 3]], &[]), Next::Change(ChangeMembers::AddNodes(node), true, Stage::Adding)),
            (members(&[&[1, 2, 3]], &[NEW]), Next::Change(voters.clone(), false, Stage::Done)),
            (members(&[&[1, 2, 3], &[1, 3, NEW]], &[]), Next::Change(voters, false, Stage::Swapping)),
            (
                members(&[&[1, 3, NEW]], &[OLD]),
                Next::Change(ChangeMembers::RemoveNodes([OLD].into()), false, Stage::Done),
            ),
            (members(&[&[1, 3, NEW]], &[]), Next::Is(Stage::Done)),
        ];
        for (members, expected) in steps {
            assert_eq!(after(&members), expected, "{members:?}");
        }
    }

    #[test]
    fn who_brings_another_history_stays_out() {
        let with = |votes, origin| SwapRequest { past: Some(Past { votes, origin }), ..request() };
        let (ours, theirs) = (Some([1; 16]), Some([2; 16]));
        assert_eq!(objection(&with(false, None), ours), None, "it is empty");
        assert_eq!(objection(&with(false, ours), ours), None, "it heard of this group before");
        for request in [with(true, None), with(false, theirs)] {
            assert!(matches!(objection(&request, ours), Some(Stage::Refused(_))), "{request:?}");
        }
        for (request, own) in [(request(), ours), (with(false, theirs), None)] {
            assert!(matches!(objection(&request, own), Some(Stage::Waiting(_))), "{request:?}");
        }
    }

    #[test]
    fn nobody_votes_before_it_is_safe() {
        let (learning, all) = (members(&[&[1, 2, 3]], &[NEW]), BTreeSet::from([1, 2, 3, 4]));
        let behind = next(&learning, &request(), 1, Some(BEHIND_MAX + 1), &all);
        assert_eq!(behind, Next::Is(Stage::CatchingUp(Some(BEHIND_MAX + 1))));
        assert!(matches!(next(&learning, &request(), 1, None, &all), Next::Is(Stage::CatchingUp(_))));
        let early = SwapRequest { may_vote: false, ..request() };
        assert!(matches!(next(&learning, &early, 1, Some(0), &all), Next::Is(Stage::Waiting(_))));
        let Next::Is(Stage::Waiting(why)) = next(&learning, &request(), 1, Some(0), &[1, 2, 4].into()) else {
            panic!("node 3 is missing");
        };
        assert!(why.contains("node 3"), "{why}");
        // The old one may be missing: that is what it is for.
        assert!(matches!(next(&learning, &request(), 1, Some(0), &[1, 3, 4].into()), Next::Change(..)));
        assert_eq!(next(&learning, &request(), OLD, Some(0), &all), Next::HandOver);
    }

    #[test]
    fn what_makes_no_sense_is_refused_and_what_was_given_up_is_cleared_away() {
        let refused = |members: &Members| match after(members) {
            Next::Is(Stage::Refused(why)) => why,
            other => panic!("{other:?}"),
        };
        assert!(refused(&members(&[&[1, 3, 5]], &[])).contains("node 2 is not a member"));
        assert!(refused(&members(&[&[1, 2, NEW]], &[])).contains("node 4 is a member already"));
        let cleared = Next::Change(ChangeMembers::RemoveNodes([5].into()), false, Stage::Adding);
        assert_eq!(after(&members(&[&[1, 2, 3]], &[5])), cleared);
        let elsewhere = SwapRequest { address: "elsewhere:1".into(), ..request() };
        let moved = next(&members(&[&[1, 2, 3]], &[NEW]), &elsewhere, 1, Some(0), &[1, 2, 3].into());
        assert!(matches!(moved, Next::Change(ChangeMembers::SetNodes(_), true, Stage::Adding)));
    }
}
