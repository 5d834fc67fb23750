//! What operators look at, gathered from all replicas.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::{ProductId, ShardId};
use gateway::port::{AuditReport, ClusterStatus, NodeStatus, Operations, ReplicaStatus, ShardStatus};
use raft::node::{Node, Report};

use super::audit;

/// How often an audit looks again when replicas share no log index: one of them is behind, and catching up.
const LOOKS: u32 = 20;
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What operators look at, by way of this node.
pub(super) struct NodeOperations {
    pub(super) node: Arc<Node>,
    /// Where each node's HTTP side is to be reached.
    pub(super) http: BTreeMap<u64, String>,
    /// Whether this node is about to stop.
    pub(super) draining: Arc<AtomicBool>,
}

impl NodeOperations {
    fn shards(&self) -> impl Iterator<Item = ShardId> {
        (0..self.node.config().shards).map(ShardId)
    }

    /// Reports that can be compared, or as good as they get.
    async fn audited(&self, shard: ShardId, product: Option<&ProductId>) -> Vec<Report> {
        let mut reports = self.node.reports(shard, true, product.cloned()).await;
        for _ in 1..LOOKS {
            if reports.len() < 2 || audit::common_index(&reports).is_some() {
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
        let reports = futures_util::future::join_all(looks).await;
        let pids: BTreeMap<u64, u32> = reports
            .iter()
            .flat_map(|(_, reports)| reports.iter().map(|report| (report.node, report.pid)))
            .collect();
        let nodes = self.node.config().members.iter().map(|(&id, peer)| NodeStatus {
            id,
            http: self.http.get(&id).cloned().unwrap_or_default(),
            peer: peer.clone(),
            reachable: pids.contains_key(&id),
            pid: pids.get(&id).copied(),
        });
        ClusterStatus {
            name: self.node.config().cluster.clone(),
            answered_by: self.node.config().node,
            nodes: nodes.collect(),
            shards: reports.into_iter().map(|(shard, reports)| shard_status(shard, &reports)).collect(),
        }
    }

    async fn audit(&self, product: Option<ProductId>) -> AuditReport {
        let product = product.as_ref();
        let count = self.node.config().shards;
        let asked: BTreeSet<ShardId> = match product {
            Some(product) => [ShardId::of_product(product, count)].into(),
            None => self.shards().collect(),
        };
        let looks = asked.into_iter().map(|shard| async move { (shard, self.audited(shard, product).await) });
        let reports = futures_util::future::join_all(looks).await;
        audit::judge(self.node.config().members.len(), &reports)
    }

    fn ready(&self) -> Result<(), String> {
        if self.draining.load(Ordering::Acquire) {
            return Err("this node is about to stop".into());
        }
        if self.node.leaders().all(|(_, leader)| leader.is_none()) {
            return Err("this node knows no leader of any shard yet".into());
        }
        if !self.node.reaches_a_majority() {
            return Err("this node reaches no majority of the cluster's nodes".into());
        }
        Ok(())
    }
}

fn shard_status(shard: ShardId, reports: &[Report]) -> ShardStatus {
    let furthest = reports.iter().map(|report| report.last_log_index).max().unwrap_or(0);
    // Whoever has the highest term knows best who leads.
    let newest = reports.iter().max_by_key(|report| (report.term, report.leader));
    ShardStatus {
        id: shard.0,
        leader: newest.and_then(|report| report.leader),
        term: newest.map_or(0, |report| report.term),
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
