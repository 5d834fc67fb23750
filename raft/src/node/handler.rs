//! What this node does with the requests of its peers.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use engine::{LogTime, ShardId, codec};
use tokio::sync::oneshot;

use super::about;
use super::replica::Replica;
use super::room::Shortage;
use super::{comparing, replace, report};
use crate::blocking;
use crate::call;
use crate::peer::acquaintances::{Acquaintances, Unnoted};
use crate::peer::{CallKind, Handler, Peers, Refusal};
use crate::route::ForwardReply;
use crate::shard::clock::{Moment, NodeTime};
use crate::shard::inbox::Work;
use crate::shard::machine::{Machine, Raft};
use crate::shard::reply::ReplyTo;
use crate::shard::request::{Leadership, Obstacle, Reply, Request};
use crate::snapshot::{SnapshotStore, SnapshotWriter};
use crate::turnover::Notice;
use crate::types::{NodeId, SnapshotMeta};

/// Answers the peers.
pub(super) struct Answering {
    pub(super) node: NodeId,
    /// Where clients reach this node.
    pub(super) http: String,
    pub(super) replicas: Arc<[Replica]>,
    pub(super) peers: Peers,
    pub(super) acquaintances: Acquaintances,
    pub(super) snapshots: SnapshotStore,
    pub(super) shortage: Shortage,
}

impl Answering {
    fn replica(&self, shard: u16) -> Option<&Replica> {
        self.replicas.get(usize::from(shard))
    }

    async fn about(&self, body: &[u8]) -> Result<Bytes, Refusal> {
        let request = codec::decode(body).map_err(Refusal::failed)?;
        let about =
            about::of(self.node, &self.http, &self.peers, &self.acquaintances, &self.replicas, request).await;
        Ok(codec::encode(&about).into())
    }
}

impl Handler for Answering {
    type Machine = Machine;
    type Sink = SnapshotWriter;

    fn raft(&self, shard: u16) -> Option<Raft> {
        self.replica(shard).map(|replica| replica.raft.clone())
    }

    async fn receive_snapshot(&self, shard: u16, meta: &SnapshotMeta) -> io::Result<SnapshotWriter> {
        let (snapshots, meta) = (self.snapshots.clone(), meta.clone());
        let created = blocking::run(move || snapshots.create(ShardId(shard), meta)).await;
        created?.map_err(io::Error::other)
    }

    async fn call(&self, _from: NodeId, shard: u16, kind: CallKind, body: Bytes) -> Result<Bytes, Refusal> {
        match kind {
            call::ABOUT => return self.about(&body).await,
            call::TURNOVER => {
                let notice = codec::decode(&body).map_err(Refusal::failed)?;
                let noted = turnover(self.node, &self.acquaintances, &self.peers, notice).await?;
                return Ok(codec::encode(&noted).into());
            }
            _ => {}
        }
        let replica = self.replica(shard).ok_or(Refusal::UnknownShard)?;
        match kind {
            call::FORWARD => forwarded(replica, &body).await,
            call::STANDING => Ok(codec::encode(&standing(replica)).into()),
            call::ESTIMATE => Ok(codec::encode(&time(replica).await?).into()),
            call::HASHES => comparing::answer(replica, &body).await,
            call::ROOM => Ok(codec::encode(&self.shortage.borrow().is_none()).into()),
            call::REPORT => report::answer(replica, &body).await,
            call::REPORT_PAGE => report::answer_page(replica, &body),
            call::SWAP => replace::answer(replica, &self.peers, &body).await,
            _ => Err(Refusal::UnknownKind),
        }
    }
}

/// Notes down what is told of the turnover, and has nothing to do any more with nodes that are retired by it; if this one
/// is among them, it ends. Gives what speaks against beginning what is to begin by it; then nothing was noted.
pub(super) async fn turnover(
    own: NodeId,
    acquaintances: &Acquaintances,
    peers: &Peers,
    notice: Notice,
) -> Result<Option<String>, Refusal> {
    let retired = notice.news.retired().clone();
    if retired.contains(&own) {
        acquaintances.disown(&format!("node {own} was replaced by another one"));
        return Ok(None);
    }
    match acquaintances.note(notice).await {
        Ok(()) => {}
        Err(Unnoted::Untimely(why)) => return Ok(Some(why.to_string())),
        Err(failed) => return Err(Refusal::failed(failed)),
    }
    retired.into_iter().for_each(|node| peers.forget(node));
    Ok(None)
}

fn standing(replica: &Replica) -> Option<(Leadership, LogTime)> {
    let standing = replica.standing.borrow();
    let standing = standing.as_ref()?;
    Some((standing.leadership, standing.clock.now(Moment::now())))
}

async fn time(replica: &Replica) -> Result<NodeTime, Refusal> {
    let (tell, told) = oneshot::channel();
    replica.inbox.push(Work::Inspect(Box::new(move |core| {
        // Whoever asked may have gone away.
        let _gone = tell.send(core.time(Moment::now()));
    })));
    told.await.map_err(|_| Refusal::Stopping)
}

async fn forwarded(replica: &Replica, body: &[u8]) -> Result<Bytes, Refusal> {
    let requests: Vec<Request> = codec::decode(body).map_err(Refusal::failed)?;
    let (targets, replies) = ReplyTo::frame(requests.len());
    if requests.is_empty() {
        return Ok(codec::encode(&ForwardReply { now: standing(replica), replies: Vec::new() }).into());
    }
    for (request, target) in requests.into_iter().zip(targets) {
        if let Err(target) = replica.inbox.request(request, target) {
            target.send(Reply::NotDone(Obstacle::Overloaded));
        }
    }
    let replies = replies.await.map_err(|_| Refusal::Abandoned)?;
    Ok(codec::encode(&ForwardReply { now: standing(replica), replies }).into())
}
