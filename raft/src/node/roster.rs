//! Rosters: who belongs to a shard's group, as its log says, for all on this node who need to know.

use std::collections::BTreeMap;
use std::sync::Arc;

use openraft::async_runtime::watch::WatchReceiver;
use tokio_util::sync::CancellationToken;

use super::replica::Replica;
use crate::members::Members;
use crate::peer::Peers;
use crate::types::NodeId;

/// Keeps the roster of one shard up to date until `stop`, and connects to those who come in. `named` are the nodes whose
/// address the configuration says.
pub(super) async fn follow(
    replicas: Arc<[Replica]>,
    shard: usize,
    named: Arc<BTreeMap<NodeId, String>>,
    peers: Peers,
    stop: CancellationToken,
) {
    let replica = &replicas[shard];
    let mut metrics = replica.raft.server_metrics();
    loop {
        let members = Members::logged(&metrics.borrow_and_update().membership_config);
        if let Some(members) = members
            && replica.roster.set(members.clone())
        {
            let own = *replica.raft.node_id();
            for (node, address) in members.addresses.iter().filter(|(node, _)| **node != own) {
                if !named.contains_key(node) {
                    peers.set_address(*node, address);
                }
            }
            // Only a node that ends connects to nobody any more.
            drop(peers.connect());
        }
        tokio::select! {
            () = stop.cancelled() => return,
            changed = metrics.changed() => if changed.is_err() {
                return;
            },
        }
    }
}
