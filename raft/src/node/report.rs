//! Reports: how a replica stands, and what recounting its state gives.

use bincode::{Decode, Encode};
use bytes::Bytes;
use engine::snapshot::{Capture, PaymentAudit, ProductAudit};
use engine::{ProductId, ShardId, codec};
use openraft::async_runtime::watch::WatchReceiver;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::debug;

use super::recounts::Rest;
use super::replica::Replica;
use crate::blocking;
use crate::call;
use crate::peer::{CallKind, Peers, Refusal};
use crate::shard::inbox::Work;
use crate::types::{LogId, NodeId};

/// What a report shall have in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct ReportRequest {
    /// Whether the state shall be recounted.
    pub(crate) audit: bool,
    /// Only this product.
    pub(crate) product: Option<ProductId>,
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
    /// Orders against charges, and the open alarms.
    pub payments: PaymentAudit,
}

/// A report on its way to a peer.
#[derive(Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Reported {
    /// The report; of a recount that does not fit one answer, with the first products only.
    pub(crate) report: Report,
    /// Where the others are, if there are more.
    pub(crate) rest: Option<Rest>,
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
    let mut report = of(replica, request).await.ok_or(Refusal::Stopping)?;
    let rest = report.audited.as_mut().and_then(|audited| replica.recounts.first(&mut audited.products));
    Ok(codec::encode(&Reported { report, rest }).into())
}

/// Answers a peer that reads on in a recount.
pub(super) fn answer_page(replica: &Replica, body: &[u8]) -> Result<Bytes, Refusal> {
    let request = codec::decode(body).map_err(Refusal::failed)?;
    let page = replica.recounts.page(request);
    let page =
        page.ok_or_else(|| Refusal::failed("that part of that recount is not kept: ask for a new one"))?;
    Ok(codec::encode(&page).into())
}

/// Asks `node` how its replica of `shard` stands; nothing if it does not say so, all of it, until `deadline`.
pub(super) async fn ask(
    peers: &Peers,
    node: NodeId,
    shard: ShardId,
    request: &ReportRequest,
    deadline: Instant,
) -> Option<Report> {
    let answer = call(peers, node, shard, call::REPORT, codec::encode(request), deadline).await?;
    let Reported { mut report, rest } = codec::decode(&answer).ok()?;
    let (Some(audited), Some(rest)) = (&mut report.audited, rest) else { return Some(report) };
    while let Some(missing) = rest.missing(&audited.products) {
        let answer = call(peers, node, shard, call::REPORT_PAGE, codec::encode(&missing), deadline).await?;
        if !rest.add(&mut audited.products, codec::decode(&answer).ok()?) {
            debug!(%shard, node, "a replica does not report: a page of its recount is none");
            return None;
        }
    }
    Some(report)
}

async fn call(
    peers: &Peers,
    node: NodeId,
    shard: ShardId,
    kind: CallKind,
    body: Vec<u8>,
    deadline: Instant,
) -> Option<Bytes> {
    let answer = peers.call(node, shard.0, kind, body.into(), deadline).await;
    answer.inspect_err(|error| debug!(%shard, %error, "a replica does not report")).ok()
}

async fn audit(replica: &Replica, product: Option<ProductId>) -> Option<Audited> {
    let (index, hashes, capture) = look(replica).await?;
    let counted = blocking::run(move || {
        let hash_holds = capture.hash() == capture.recomputed_hash();
        (capture.audit(product.as_ref()), capture.audit_payments(product.as_ref()), hash_holds)
    });
    let (products, payments, hash_holds) = counted.await.ok()?;
    Some(Audited { index, hashes, hash_holds, products, payments })
}

/// Captures the state: the shard goes on while it is recounted.
async fn look(replica: &Replica) -> Option<(u64, Vec<(u64, u64)>, Capture)> {
    let (tell, told) = oneshot::channel();
    replica.inbox.push(Work::Inspect(Box::new(move |core| {
        let index = core.applied().map_or(0, |applied| applied.index);
        // Whoever asked may have gone away.
        drop(tell.send((index, core.hashes().newest().collect(), core.engine().capture())));
    })));
    told.await.ok()
}
