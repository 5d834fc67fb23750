//! What operators look at, gathered from all replicas.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use engine::{ProductId, ShardId};
use gateway::port::{
    AuditReport, ClusterStatus, MemberRole, MemberStatus, NoSnapshot, NodeStatus, NotReplaced, Operations,
    Replacement, ReplacementStatus, ReplicaStatus, ShardSnapshot, ShardStatus,
};
use raft::members::Members;
use raft::node::{Node, Report};
use tokio::sync::Semaphore;

use super::{audit, replacement, snapshots};

/// How often an audit looks again when replicas share no log index: one of them is behind, and catching up.
const LOOKS: u32 = 20;
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often at most everything is recounted for one audit.
const RECOUNTS: u32 = 3;

/// What operators look at, by way of this node.
pub(super) struct NodeOperations {
    pub(super) node: Arc<Node>,
    /// Where each node's HTTP side is to be reached, of those that the configuration names.
    pub(super) http: BTreeMap<u64, String>,
    /// Audits by way of this node: one at a time, since each recounts the whole state of every replica.
    pub(super) auditing: Semaphore,
    /// Whether this node is about to stop.
    pub(super) draining: Arc<AtomicBool>,
}

impl NodeOperations {
    fn shards(&self) -> impl Iterator<Item = ShardId> {
        (0..self.node.config().shards).map(ShardId)
    }

    /// Reports that can be compared, or as good as they get. A recount is long, so it is waited with quick looks until
    /// the replicas are near each other.
    async fn audited(&self, shard: ShardId, product: Option<&ProductId>) -> Vec<Report> {
        for _ in 1..LOOKS {
            let reports = self.node.reports(shard, false, None).await;
            if is_comparable(&reports) {
                break;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let mut reports = self.node.reports(shard, true, product.cloned()).await;
        for _ in 1..RECOUNTS {
            if is_comparable(&reports) {
                break;
            }
            tokio::time::sleep(LOOK_EVERY).await;
            reports = self.node.reports(shard, true, product.cloned()).await;
        }
        reports
    }
}

impl Operations for NodeOperations {
    async fn cluster(&self) -> ClusterStatus {
        let looks =
            self.shards().map(|shard| async move { (shard, self.node.reports(shard, false, None).await) });
        let (reports, census) = tokio::join!(futures_util::future::join_all(looks), self.node.census());
        let pids: BTreeMap<u64, u32> = reports
            .iter()
            .flat_map(|(_, reports)| reports.iter().map(|report| (report.node, report.pid)))
            .collect();
        let known: BTreeMap<u64, String> =
            census.members.values().flat_map(|members| members.addresses.clone()).collect();
        let nodes = known.into_iter().map(|(id, logged)| NodeStatus {
            id,
            http: census.http.get(&id).or_else(|| self.http.get(&id)).cloned().unwrap_or_default(),
            peer: self.node.config().members.get(&id).cloned().unwrap_or(logged),
            reachable: pids.contains_key(&id),
            pid: pids.get(&id).copied(),
        });
        let shards = reports
            .iter()
            .filter_map(|(shard, reports)| Some(shard_status(*shard, census.members.get(shard)?, reports)));
        ClusterStatus {
            name: self.node.config().cluster.clone(),
            answered_by: self.node.config().node,
            nodes: nodes.collect(),
            shards: shards.collect(),
        }
    }

    async fn audit(&self, product: Option<ProductId>) -> AuditReport {
        let _alone = self.auditing.acquire().await.expect("the semaphore is never closed");
        let product = product.as_ref();
        let count = self.node.config().shards;
        let asked: BTreeSet<ShardId> = match product {
            Some(product) => [ShardId::of_product(product, count)].into(),
            None => self.shards().collect(),
        };
        let looks = asked.into_iter().map(|shard| async move { (shard, self.audited(shard, product).await) });
        let reports = futures_util::future::join_all(looks).await;
        let members = reports.iter().map(|(shard, _)| self.node.members(*shard));
        let nodes: BTreeSet<u64> = members.flat_map(|members| members.all_voters()).collect();
        audit::judge(&nodes, &reports)
    }

    async fn replace(&self, replacement: Replacement) -> Result<ReplacementStatus, NotReplaced> {
        replacement::take_further(&self.node, replacement).await
    }

    async fn snapshot(&self, shard: u16, deadline: Instant) -> Result<ShardSnapshot, NoSnapshot> {
        snapshots::take(&self.node, shard, deadline).await
    }

    fn ready(&self) -> Result<(), String> {
        if self.draining.load(Ordering::Acquire) {
            return Err("this node is about to stop".into());
        }
        if let Some(why) = self.node.shortage() {
            return Err(format!("there is no room for this node's log, make some: {why}"));
        }
        if self.node.leaders().all(|(_, leader)| leader.is_none()) {
            return Err("this node knows no leader of any shard yet".into());
        }
        if !self.node.is_member() {
            return Err(
                "this node is not a member of the cluster yet: `flashsale cluster replace` makes it one"
                    .into(),
            );
        }
        if !self.node.reaches_a_majority() {
            return Err("this node reaches no majority of the cluster's nodes".into());
        }
        Ok(())
    }
}

fn is_comparable(reports: &[Report]) -> bool {
    reports.len() < 2 || audit::common_index(reports).is_some()
}

/// How a shard with these `members` is, as far as `reports` tell.
fn shard_status(shard: ShardId, members: &Members, reports: &[Report]) -> ShardStatus {
    let furthest = reports.iter().map(|report| report.last_log_index).max().unwrap_or(0);
    // Whoever has the highest term knows best who leads.
    let newest = reports.iter().max_by_key(|report| (report.term, report.leader));
    let leader = newest.and_then(|report| report.leader);
    let is_reached = |leader: &u64| reports.iter().any(|report| report.node == *leader);
    let majority = members.is_majority(&reports.iter().map(|report| report.node).collect());
    ShardStatus {
        id: shard.0,
        leader: leader.filter(|leader| majority && is_reached(leader)),
        term: newest.map_or(0, |report| report.term),
        members: members.nodes().map(|node| MemberStatus { node, role: role(members, node) }).collect(),
        replicas: reports
            .iter()
            .map(|report| ReplicaStatus {
                node: report.node,
                last_log_index: report.last_log_index,
                applied_index: report.applied_index,
                lag: furthest.saturating_sub(report.applied_index),
                snapshot_index: report.snapshot_index,
            })
            .collect(),
    }
}

fn role(members: &Members, node: u64) -> MemberRole {
    let goal = members.goal();
    match (members.is_voter(node), goal.contains(&node)) {
        (false, _) => MemberRole::Learner,
        (true, false) => MemberRole::Leaving,
        (true, true) if members.voters.iter().all(|set| set.contains(&node)) => MemberRole::Voter,
        (true, true) => MemberRole::Joining,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(voters: &[&[u64]]) -> Members {
        let voters: Vec<BTreeSet<u64>> = voters.iter().map(|set| set.iter().copied().collect()).collect();
        let addresses = voters.iter().flatten().map(|&node| (node, String::new())).collect();
        Members { entry: Some(1), voters, addresses }
    }

    #[test]
    fn while_one_node_takes_another_ones_place_it_is_told_who_comes_and_who_goes() {
        let mut changing = members(&[&[1, 2, 3], &[1, 3, 4]]);
        changing.addresses.insert(5, String::new());
        let roles = changing.nodes().map(|node| role(&changing, node)).collect::<Vec<_>>();
        use MemberRole::{Joining, Learner, Leaving, Voter};
        assert_eq!(roles, [Voter, Leaving, Voter, Joining, Learner]);
    }

    fn report(node: u64, term: u64, leader: u64) -> Report {
        Report {
            node,
            pid: 1,
            leader: Some(leader),
            term,
            last_log_index: 9,
            applied_index: 9 - node,
            snapshot_index: 0,
            audited: None,
        }
    }

    fn leader(reports: &[Report]) -> Option<u64> {
        shard_status(ShardId(0), &members(&[&[1, 2, 3]]), reports).leader
    }

    #[test]
    fn the_leader_is_the_one_of_the_newest_term() {
        assert_eq!(leader(&[report(1, 4, 1), report(2, 5, 2), report(3, 5, 2)]), Some(2));
    }

    #[test]
    fn who_led_is_not_shown_without_a_majority_or_when_it_cannot_be_reached() {
        assert_eq!(leader(&[report(1, 4, 1)]), None);
        assert_eq!(leader(&[report(1, 4, 2), report(3, 4, 2)]), None);
        assert_eq!(leader(&[]), None);
    }

    #[test]
    fn the_lag_is_behind_the_longest_log() {
        let status = shard_status(ShardId(0), &members(&[&[1, 2, 3]]), &[report(1, 4, 1), report(2, 4, 1)]);
        assert_eq!(status.replicas.iter().map(|replica| replica.lag).collect::<Vec<_>>(), [1, 2]);
    }
}
