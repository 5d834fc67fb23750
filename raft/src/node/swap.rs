//! Swapping: how a shard's group gets another node in the place of one, step by step, each by the shard's leader.
//!
//! A step follows from what the group's log says and from who goes, so it does not matter who takes the next one, or when:
//! a new node learns, then votes in the place of the old one, by a joint configuration, and the old one is gone.

use std::collections::{BTreeMap, BTreeSet};

use bincode::{Decode, Encode};
use openraft::async_runtime::watch::WatchReceiver;
use openraft::errors::{ChangeMembershipError, ClientWriteError, RaftError};
use openraft::{BasicNode, ChangeMembers, Precondition, ServerState};
use tracing::info;

use super::replica::Replica;
use super::{about, leadership};
use crate::members::Members;
use crate::peer::Peers;
use crate::types::{NodeId, Types};

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
    /// Who goes: of them one votes in the group, until the new one does.
    pub(crate) going: BTreeSet<NodeId>,
    pub(crate) new: NodeId,
    /// Where the new node is.
    pub(crate) address: String,
    /// Who says that it reaches the new one. Until all do who stay, the new one only learns.
    pub(crate) reaching: BTreeSet<NodeId>,
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
        return Stage::Waiting(no_leader(metrics.id));
    }
    if metrics.membership_config.log_id() != metrics.committed_membership_config.log_id() {
        return Stage::Swapping;
    }
    let Some(members) = Members::logged(&metrics.membership_config) else { return Stage::Adding };
    let connected: BTreeSet<NodeId> = peers.connected().into_iter().chain([metrics.id]).collect();
    if !members.contains(request.new)
        && let Some(stage) = objection(request.new, request.past, about::origin(replica).await)
    {
        return stage;
    }
    match next(&members, request, metrics.id, leadership::lag(raft, request.new), &connected) {
        Next::Is(stage) => stage,
        Next::Change(change, retain, stage) => {
            info!(shard = %replica.shard, going = ?request.going, new = request.new, ?change, "changes its members");
            // It follows from these members: another's change must not be undone by it.
            let last_membership_log_id = *metrics.membership_config.log_id();
            let seen = Precondition::LastMembershipLogId { last_membership_log_id };
            match raft.change_membership_if(change, retain, [seen]).await {
                Ok(_) => stage,
                Err(error) => Stage::Waiting(unchanged(metrics.id, &error)),
            }
        }
        Next::HandOver => {
            let others = members.all_voters().into_iter().filter(|node| !request.going.contains(node));
            let fittest = others.filter_map(|node| Some((leadership::lag(raft, node)?, node))).min();
            if let Some((_, node)) = fittest {
                leadership::transfer(raft, node).await;
            }
            Stage::HandingOver
        }
    }
}

/// Why a change of the members was not made, for people.
fn unchanged(leader: NodeId, error: &RaftError<Types, ClientWriteError<Types>>) -> String {
    match error {
        RaftError::APIError(ClientWriteError::ForwardToLeader(_)) => no_leader(leader),
        RaftError::APIError(ClientWriteError::LogEntryDiscarded(_)) => {
            format!("node {leader} lost the lead on the way; what it began may be done all the same")
        }
        RaftError::APIError(ClientWriteError::PreconditionFailed(_)) => {
            "its members have changed just now".to_owned()
        }
        RaftError::APIError(ClientWriteError::ChangeMembershipError(error)) => match error {
            ChangeMembershipError::InProgress(_) => "another change of its members is under way".to_owned(),
            ChangeMembershipError::UncommittedLeaderLog(_) => {
                format!("node {leader} has only just begun to lead it")
            }
            other => format!("node {leader} cannot change its members: {other}"),
        },
        RaftError::Fatal(_) => format!("node {leader} is ending"),
    }
}

fn no_leader(node: NodeId) -> String {
    format!("node {node} does not lead it any more")
}

/// What speaks against making the new node known to a group whose state began with `origin`: that it has another history.
/// It may have some of this one: an entry that made it known, and was lost with its leader.
pub(super) fn objection(new: NodeId, past: Option<Past>, origin: Option<[u8; 16]>) -> Option<Stage> {
    let Some(past) = past else {
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
    let SwapRequest { going, new, address, reaching, .. } = request;
    let new = *new;
    if members.is_changing() {
        return Next::Change(ChangeMembers::ReplaceAllVoters(members.goal()), false, Stage::Swapping);
    }
    let voters = members.all_voters();
    let mut votes = voters.intersection(going);
    // Who learnt, and is lost before it voted, or whose place was taken, is cleared away.
    let idle: BTreeSet<NodeId> =
        members.nodes().filter(|node| going.contains(node) && !voters.contains(node)).collect();
    let clear = |stage| Next::Change(ChangeMembers::RemoveNodes(idle.clone()), false, stage);
    let old = match (votes.next(), voters.contains(&new)) {
        (None, true) if idle.is_empty() => return Next::Is(Stage::Done),
        (None, true) => return clear(Stage::Done),
        (None, false) => {
            return Next::Is(Stage::Refused(format!("neither node {new} is a member, nor any of {going:?}")));
        }
        (Some(_), true) => {
            return Next::Is(Stage::Refused(format!(
                "node {new} is a member already: the node that comes needs an id that no node had"
            )));
        }
        (Some(&old), false) => old,
    };
    if let Some(other) = votes.next() {
        return Next::Is(Stage::Refused(format!(
            "node {old} and node {other} are members, and have one place"
        )));
    }
    if !idle.is_empty() {
        return clear(Stage::Adding);
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
    let mut goal = voters;
    goal.remove(&old);
    if let Some(missing) = goal.iter().find(|node| !reaching.contains(node)) {
        return Next::Is(Stage::Waiting(format!("node {missing} does not reach node {new} yet")));
    }
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
        SwapRequest {
            going: [OLD].into(),
            new: NEW,
            address: address(NEW),
            reaching: [1, 2, 3].into(),
            past: None,
        }
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
        let objection = |past, own| objection(NEW, past, own);
        let with = |votes, origin| Some(Past { votes, origin });
        let (ours, theirs) = (Some([1; 16]), Some([2; 16]));
        assert_eq!(objection(with(false, None), ours), None, "it is empty");
        assert_eq!(objection(with(false, ours), ours), None, "it heard of this group before");
        for past in [with(true, None), with(false, theirs)] {
            assert!(matches!(objection(past, ours), Some(Stage::Refused(_))), "{past:?}");
        }
        for (past, own) in [(None, ours), (with(false, theirs), None)] {
            assert!(matches!(objection(past, own), Some(Stage::Waiting(_))), "{past:?}");
        }
    }

    #[test]
    fn nobody_votes_before_it_is_safe() {
        let (learning, all) = (members(&[&[1, 2, 3]], &[NEW]), BTreeSet::from([1, 2, 3, 4]));
        let behind = next(&learning, &request(), 1, Some(BEHIND_MAX + 1), &all);
        assert_eq!(behind, Next::Is(Stage::CatchingUp(Some(BEHIND_MAX + 1))));
        assert!(matches!(next(&learning, &request(), 1, None, &all), Next::Is(Stage::CatchingUp(_))));
        // Whether the old one reaches it does not matter; whether the others do, does.
        let early = SwapRequest { reaching: [1, 2].into(), ..request() };
        let Next::Is(Stage::Waiting(why)) = next(&learning, &early, 1, Some(0), &all) else {
            panic!("node 3 does not reach it");
        };
        assert!(why.contains("node 3 does not reach node 4"), "{why}");
        let without_old = SwapRequest { reaching: [1, 3].into(), ..request() };
        assert!(matches!(next(&learning, &without_old, 1, Some(0), &all), Next::Change(..)));
        let Next::Is(Stage::Waiting(why)) = next(&learning, &request(), 1, Some(0), &[1, 2, 4].into()) else {
            panic!("node 3 is missing");
        };
        assert!(why.contains("node 3"), "{why}");
        // The old one may be missing: that is what it is for.
        assert!(matches!(next(&learning, &request(), 1, Some(0), &[1, 3, 4].into()), Next::Change(..)));
        assert_eq!(next(&learning, &request(), OLD, Some(0), &all), Next::HandOver);
    }

    #[test]
    fn what_makes_no_sense_is_refused_and_who_moved_is_found() {
        let refused = |members: &Members| match after(members) {
            Next::Is(Stage::Refused(why)) => why,
            other => panic!("{other:?}"),
        };
        assert!(refused(&members(&[&[1, 3, 5]], &[])).contains("neither node 4 is a member, nor any of {2}"));
        assert!(refused(&members(&[&[1, 2, NEW]], &[])).contains("node 4 is a member already"));
        let elsewhere = SwapRequest { address: "elsewhere:1".into(), ..request() };
        let moved = next(&members(&[&[1, 2, 3]], &[NEW]), &elsewhere, 1, Some(0), &[1, 2, 3].into());
        assert!(matches!(moved, Next::Change(ChangeMembers::SetNodes(_), true, Stage::Adding)));
    }
    /// Node 5 came in the place of node 2 and was lost: in some shards it votes, in others node 2 does.
    #[test]
    fn whoever_of_those_that_go_votes_is_the_one_that_is_exchanged() {
        let request = SwapRequest { going: [OLD, 5].into(), ..request() };
        let after = |members: &Members| next(members, &request, 1, Some(0), &[1, 3, 4].into());
        let voters = Next::Change(ChangeMembers::ReplaceAllVoters([1, 3, NEW].into()), false, Stage::Done);
        assert_eq!(after(&members(&[&[1, 3, 5]], &[NEW])), voters);
        assert_eq!(after(&members(&[&[1, 2, 3]], &[NEW])), voters);
        let cleared = |stage| Next::Change(ChangeMembers::RemoveNodes([5].into()), false, stage);
        assert_eq!(after(&members(&[&[1, 2, 3]], &[5, NEW])), cleared(Stage::Adding), "it learnt");
        assert_eq!(after(&members(&[&[1, 3, NEW]], &[5])), cleared(Stage::Done));
        assert_eq!(after(&members(&[&[1, 3, NEW]], &[])), Next::Is(Stage::Done));
        let both = after(&members(&[&[1, 2, 5]], &[NEW]));
        assert!(matches!(both, Next::Is(Stage::Refused(_))), "never two for one: {both:?}");
    }

    #[test]
    fn who_comes_in_another_ones_place_is_let_be() {
        let beside = next(&members(&[&[1, 2, 3]], &[6, NEW]), &request(), 1, Some(0), &[1, 2, 3].into());
        assert!(matches!(beside, Next::Change(ChangeMembers::ReplaceAllVoters(_), ..)), "{beside:?}");
    }
}
