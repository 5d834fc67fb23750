//! Leadership: tells each actor whether its node leads, spreads the leaders over the nodes, and hands over.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use openraft::ServerState;
use openraft::async_runtime::watch::WatchReceiver;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

use super::config::preferred;
use super::replica::Replica;
use super::room;
use crate::peer::Peers;
use crate::process;
use crate::shard::inbox::Work;
use crate::shard::machine::Raft;
use crate::shard::message::Message;
use crate::shard::request::Leadership;
use crate::types::NodeId;

/// How often it is looked whether a shard should be led elsewhere.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How many looks in a row the preferred node must have been fit: nobody hands over to one that flaps.
const FIT_LOOKS: u32 = 6;
/// How many entries a node may be behind to be fit: it catches up before it is elected.
const FIT_LAG: u64 = 64;
/// How long handing over may take.
const HAND_OVER_WITHIN: Duration = Duration::from_secs(2);

/// Watches one shard's group until `stop`.
pub(super) async fn watch(replica: Arc<[Replica]>, shard: usize, stop: CancellationToken) {
    let replica = &replica[shard];
    let mut metrics = replica.raft.server_metrics();
    loop {
        let (follows, leads, leader) = {
            let metrics = metrics.borrow_and_update();
            let leads = metrics.state == ServerState::Leader;
            let follows = metrics.vote.committed.then(|| Leadership::from(metrics.vote.leader_id));
            (follows, follows.filter(|_| leads), metrics.current_leader)
        };
        replica.inbox.push(Work::Tell(Message::Follows(follows)));
        replica.inbox.push(Work::Tell(Message::Leadership(leads)));
        replica.leader.send_if_modified(|known| std::mem::replace(known, leader) != leader);
        tokio::select! {
            () = stop.cancelled() => return,
            changed = metrics.changed() => if changed.is_err() {
                return ended_by_itself(replica, &stop);
            },
        }
    }
}

/// A group that ends while its node goes on leaves a replica that votes and applies no more: the process ends instead, and
/// is whole again when it is started again.
fn ended_by_itself(replica: &Replica, stop: &CancellationToken) {
    if stop.is_cancelled() {
        return;
    }
    let state = replica.raft.metrics().borrow_watched().running_state.clone();
    let shard = replica.shard;
    process::fail(&format!(
        "the Raft group of shard {shard} has ended: this process ends with it: {state:?}"
    ));
}

/// Hands a shard over to the member that should lead it, once that one is fit, until `stop`. Which one that is follows
/// from the log, so that nodes whose configurations differ agree on it.
pub(super) async fn spread(replica: Arc<[Replica]>, shard: usize, peers: Peers, stop: CancellationToken) {
    let replica = &replica[shard];
    let raft = &replica.raft;
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut fit_looks = 0;
    loop {
        tokio::select! {
            _ = looks.tick() => {}
            () = stop.cancelled() => return,
        }
        let members = replica.roster.get();
        let preferred = if members.is_changing() { None } else { preferred(members.goal(), replica.shard.0) };
        let elsewhere = preferred.filter(|&node| node != *raft.node_id() && raft.is_leader());
        let fit = elsewhere.filter(|&node| is_fit(raft, node, &peers));
        fit_looks = if fit.is_some() { fit_looks + 1 } else { 0 };
        if let Some(node) = fit.filter(|_| fit_looks == FIT_LOOKS) {
            fit_looks = 0;
            if !room::is_fit(&peers, node).await {
                continue;
            }
            info!(shard = %replica.shard, to = node, "hands the shard to the node that should lead it");
            transfer(raft, node).await;
        }
    }
}

fn is_fit(raft: &Raft, node: NodeId, peers: &Peers) -> bool {
    lag(raft, node).is_some_and(|lag| lag <= FIT_LAG) && peers.connected().contains(&node)
}

/// How many entries `node` is behind, as the leader knows.
pub(super) fn lag(raft: &Raft, node: NodeId) -> Option<u64> {
    let metrics = raft.metrics();
    let metrics = metrics.borrow_watched();
    let matched = metrics.replication.as_ref()?.get(&node)?.as_ref()?.index;
    Some(metrics.last_log_index?.saturating_sub(matched))
}

/// How many entries each other node is behind, as the leader knows; nothing where this node does not lead.
pub(super) fn lags(raft: &Raft) -> Vec<(NodeId, u64)> {
    let metrics = raft.metrics();
    let metrics = metrics.borrow_watched();
    let entries = metrics.last_log_index.map_or(0, |last| last + 1);
    let followers = metrics.replication.iter().flatten().filter(|(node, _)| **node != metrics.id);
    let matched = followers.map(|(&node, matched)| (node, matched.map_or(0, |matched| matched.index + 1)));
    matched.map(|(node, matched)| (node, entries.saturating_sub(matched))).collect()
}

/// Hands every shard that this node leads to the fittest of `nodes`, and waits for nothing.
pub(super) async fn offer(replicas: &[Replica], nodes: &BTreeSet<NodeId>) {
    for replica in replicas.iter().filter(|replica| replica.raft.is_leader()) {
        let members = replica.roster.get().all_voters();
        if let Some(node) = fittest(&replica.raft, nodes.intersection(&members).copied()) {
            info!(shard = %replica.shard, to = node, "hands the shard over");
            transfer(&replica.raft, node).await;
        }
    }
}

/// The node among `nodes` that is the least behind.
pub(super) fn fittest(raft: &Raft, nodes: impl IntoIterator<Item = NodeId>) -> Option<NodeId> {
    nodes.into_iter().filter_map(|node| Some((lag(raft, node)?, node))).min().map(|(_, node)| node)
}

pub(super) async fn transfer(raft: &Raft, to: NodeId) {
    if let Err(error) = raft.trigger().transfer_leader(to).await {
        debug!(%error, "no hand-over: the group is ending");
    }
}

/// Hands every shard that this node leads to the fittest other member, and waits until it leads none.
pub(super) async fn hand_over(replicas: &[Replica]) {
    let deadline = Instant::now() + HAND_OVER_WITHIN;
    for replica in replicas {
        let own = *replica.raft.node_id();
        let others = replica.roster.get().all_voters().into_iter().filter(|&node| node != own);
        let fittest = fittest(&replica.raft, others);
        if let Some(node) = fittest.filter(|_| replica.raft.is_leader()) {
            transfer(&replica.raft, node).await;
        }
    }
    for replica in replicas {
        let mut leader = replica.leader.subscribe();
        let me = *replica.raft.node_id();
        let elsewhere = leader.wait_for(|leader| leader.is_some_and(|leader| leader != me));
        if tokio::time::timeout_at(deadline, elsewhere).await.is_err() {
            info!(shard = %replica.shard, "no other node took the shard over in time");
        }
    }
}
