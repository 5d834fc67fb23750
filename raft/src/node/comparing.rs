//! Comparing: every node regularly holds its state hashes against those of the others, and ends itself if its own are
//! wrong.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use engine::{ShardId, codec};
use futures_util::future::join_all;
use openraft::async_runtime::watch::WatchReceiver;
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::agreement::{self, Comparison, Hashes, Verdict};
use super::replica::Replica;
use crate::call;
use crate::data_dir::Conviction;
use crate::peer::{Peers, Refusal};
use crate::process;
use crate::shard::hashes;
use crate::shard::inbox::Work;
use crate::types::NodeId;

/// How often the replicas of each shard are compared.
const EVERY: Duration = Duration::from_secs(1);
/// How long a node may take to tell its hashes; who takes longer is compared next time.
const TOLD_WITHIN: Duration = Duration::from_millis(800);
/// How often it is repeated that replicas differ, for as long as they do.
const REPEAT_EVERY: Duration = Duration::from_secs(60);
/// How many hashes a node may be asked for at once. [`hashes::Hashes::sample`] asks for fewer.
const ASKED_MAX: usize = 64;

/// Compares every shard with the other nodes until `stop`. Cost: for each shard and node a call a second, of some hundred
/// bytes each way.
pub(super) async fn watch(
    replicas: Arc<[Replica]>,
    peers: Peers,
    conviction: Conviction,
    stop: CancellationToken,
) {
    let mut rounds = tokio::time::interval(EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told: Vec<Option<Instant>> = vec![None; replicas.len()];
    loop {
        tokio::select! {
            _ = rounds.tick() => {}
            () = stop.cancelled() => return,
        }
        let compared = join_all(replicas.iter().map(|replica| compare(replica, &peers)));
        let compared = tokio::select! {
            compared = compared => compared,
            () = stop.cancelled() => return,
        };
        for ((replica, told), comparison) in replicas.iter().zip(&mut told).zip(compared) {
            if let Some(comparison) = comparison {
                judge(replica, &comparison, &conviction, told);
            }
        }
    }
}

/// Compares one shard with whoever is connected; nothing where nobody has an index in common.
async fn compare(replica: &Replica, peers: &Peers) -> Option<Comparison> {
    let (me, others) = (*replica.raft.node_id(), peers.connected());
    if others.is_empty() {
        return None;
    }
    let own: Hashes = look(replica, hashes::Hashes::sample).await?;
    let indexes: Vec<u64> = own.iter().map(|&(index, _)| index).collect();
    let deadline = Instant::now() + TOLD_WITHIN;
    let asked = others.into_iter().map(|node| ask(peers, node, replica.shard, &indexes, deadline));
    let told: Vec<(NodeId, Hashes)> = join_all(asked).await.into_iter().flatten().collect();
    let members = {
        let metrics = replica.raft.metrics();
        let metrics = metrics.borrow_watched();
        metrics.membership_config.membership().voter_ids().collect()
    };
    agreement::compare(me, &members, &own, &told)
}

async fn ask(
    peers: &Peers,
    node: NodeId,
    shard: ShardId,
    indexes: &Vec<u64>,
    deadline: Instant,
) -> Option<(NodeId, Hashes)> {
    let answer =
        peers.call(node, shard.0, call::HASHES, codec::encode(indexes).into(), deadline).await.ok()?;
    Some((node, codec::decode(&answer).ok()?))
}

/// Answers a node that compares.
pub(super) async fn answer(replica: &Replica, body: &[u8]) -> Result<Bytes, Refusal> {
    let asked: Vec<u64> = codec::decode(body).map_err(Refusal::failed)?;
    if asked.len() > ASKED_MAX {
        return Err(Refusal::failed("that is more hashes than anybody needs"));
    }
    let known = look(replica, move |hashes| {
        let known = asked.into_iter().filter_map(|index| Some((index, hashes.at(index)?)));
        known.collect::<Hashes>()
    });
    Ok(codec::encode(&known.await.ok_or(Refusal::Stopping)?).into())
}

async fn look<T: Send + 'static>(
    replica: &Replica,
    look: impl FnOnce(&hashes::Hashes) -> T + Send + 'static,
) -> Option<T> {
    let (tell, told) = oneshot::channel();
    replica.inbox.push(Work::Inspect(Box::new(move |core| {
        // Whoever asked may have gone away.
        drop(tell.send(look(core.hashes())));
    })));
    told.await.ok()
}

fn judge(replica: &Replica, comparison: &Comparison, conviction: &Conviction, told: &mut Option<Instant>) {
    let (shard, me) = (replica.shard, *replica.raft.node_id());
    if let Verdict::Theirs(right) = comparison.verdict {
        let own = comparison.hashes.get(&me).copied().unwrap_or_default();
        let index = comparison.index;
        let said = format!(
            "node {me} diverged: its state of shard {shard} has hash {own:016x} at log index {index}, and a majority \
             of the nodes has {right:016x}"
        );
        conviction.note(&said);
        process::fail(&format!(
            "{said}; this process ends, and the others go on without it: keep {} for the inquiry, and replace the \
             node by a new one",
            conviction.dir().display()
        ));
    }
    let differing = comparison.others_than(me).count();
    replica.stats.compared(comparison.index, differing);
    if differing == 0 {
        if told.take().is_some() {
            info!(%shard, "the replicas agree again: {comparison}");
        }
    } else if told.is_none_or(|told| told.elapsed() >= REPEAT_EVERY) {
        *told = Some(Instant::now());
        let who = match comparison.verdict {
            Verdict::Nobody => {
                "no majority of the nodes agrees, so none ends itself: keep the data of all of them, \
                                and find out which is right"
            }
            _ => {
                "this node is with the majority, and the other ends itself: if it goes on, stop it; keep its data, and \
                 replace it by a new one"
            }
        };
        error!(%shard, "replicas of a shard have different states {comparison}; {who}");
    }
}
