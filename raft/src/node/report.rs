//! Reports: how a replica stands, and what recounting its state gives.

use bincode::{Decode, Encode};
use bytes::Bytes;
use engine::snapshot::{Capture, ProductAudit};
use engine::{ProductId, codec};
use openraft::async_runtime::watch::WatchReceiver;
use tokio::sync::oneshot;

use super::replica::Replica;
use crate::peer::Refusal;
use crate::shard::inbox::Work;
use crate::types::{LogId, NodeId};

/// What a report shall have in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(super) struct ReportRequest {
    /// Whether the state shall be recounted.
    pub(super) audit: bool,
    /// Only this product.
    pub(super) product: Option<ProductId>,
}

/// How a replica stands.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Report {
    /// The node that it is on.
    pub node: NodeId,
    /// The process of that node.
    pub pid: u32,
    /// Which node it takes for the leader.
    pub leader: Option<NodeId>,
    /// Its term.
    pub term: u64,
    /// The last index in its log.
    pub last_log_index: u64,
    /// The last index in its state.
    pub applied_index: u64,
    /// The index that its snapshot covers.
    pub snapshot_index: u64,
    /// The recount, if it was asked for.
    pub audited: Option<Audited>,
}

/// A recount of a replica's state.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Audited {
    /// At which log index.
    pub index: u64,
    /// The state hash at each of the newest indexes.
    pub hashes: Vec<(u64, u64)>,
    /// Whether the hash of the whole state, computed anew, is the one that was kept.
    pub hash_holds: bool,
    /// Every product.
    pub products: Vec<ProductAudit>,
}

/// A report of `replica`, as its peers and its own node ask for it.
pub(super) async fn of(replica: &Replica, request: ReportRequest) -> Option<Report> {
    let metrics = replica.raft.metrics().borrow_watched().clone();
    let index = |log_id: Option<LogId>| log_id.map_or(0, |log_id| log_id.index);
    let audited = if request.audit { Some(audit(replica, request.product).await?) } else { None };
    Some(Report {
        node: metrics.id,
        pid: std::process::id(),
        leader: metrics.current_leader,
        term: metrics.current_term,
        last_log_index: metrics.last_log_index.unwrap_or(0),
        applied_index: replica.stats.applied_index(),
        snapshot_index: index(metrics.snapshot),
        audited,
    })
}

/// Answers a peer that asks for a report.
pub(super) async fn answer(replica: &Replica, body: &[u8]) -> Result<Bytes, Refusal> {
    let request = codec::decode(body).map_err(Refusal::failed)?;
    let report = of(replica, request).await.ok_or(Refusal::Stopping)?;
    Ok(codec::encode(&report).into())
}

async fn audit(replica: &Replica, product: Option<ProductId>) -> Option<Audited> {
    let (index, hashes, capture) = look(replica).await?;
    let counted = tokio::task::spawn_blocking(move || {
        let hash_holds = capture.hash() == capture.recomputed_hash();
        (capture.audit(product.as_ref()), hash_holds)
    });
    let (products, hash_holds) = counted.await.ok()?;
    Some(Audited { index, hashes, hash_holds, products })
}

/// Captures the state: the shard goes on while it is recounted.
async fn look(replica: &Replica) -> Option<(u64, Vec<(u64, u64)>, Capture)> {
    let (tell, told) = oneshot::channel();
    replica.inbox.push(Work::Inspect(Box::new(move |core| {
        let index = core.applied().map_or(0, |applied| applied.index);
        // Whoever asked may have gone away.
        drop(tell.send((index, core.hashes().collect(), core.engine().capture())));
    })));
    told.await.ok()
}
