//! Forwarding: requests for a leader elsewhere travel in batches, one call for all that gathered meanwhile.

use std::sync::Arc;
use std::time::Duration;

use bincode::{Decode, Encode};
use engine::{LogTime, ShardId, codec};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::standing::Standings;
use crate::call;
use crate::peer::Peers;
use crate::shard::request::{Leadership, Reply, Request};
use crate::shard::stats::ShardStats;
use crate::types::NodeId;

/// How many requests may wait to be forwarded, for each shard.
const WAITING_MAX: usize = 20_000;
/// How many requests go in one call.
const REQUESTS_PER_CALL: usize = 512;
/// How many calls may be unanswered: one alone would make a refusal wait for a neighbour's fsync.
const CALLS_MAX: usize = 8;
/// How long a call is waited for beyond the last deadline in it: the leader answers by then.
const GRACE: Duration = Duration::from_millis(200);

/// What comes back for a call.
#[derive(Debug, PartialEq, Eq, Encode, Decode)]
pub struct ForwardReply {
    /// Log time at the leader, if it leads.
    pub now: Option<(Leadership, LogTime)>,
    /// A reply to each request, in their order.
    pub replies: Vec<Reply>,
}

/// What became of a forwarded request.
#[derive(Debug)]
pub enum Forwarded {
    /// The leader replied.
    Replied(Reply),
    /// It never got there.
    NotSent,
    /// It may have got there, and no reply will come.
    Unknown,
}

/// A request on its way out.
#[derive(Debug)]
struct Outgoing {
    request: Request,
    wait_until: Instant,
    reply: oneshot::Sender<Forwarded>,
}

/// Takes requests for one shard's leader, wherever it is.
#[derive(Clone, Debug)]
pub struct Forwarder(mpsc::Sender<Outgoing>);

/// The task behind a [`Forwarder`].
pub struct Forwarding {
    shard: ShardId,
    peers: Peers,
    standings: Arc<Standings>,
    leader: watch::Receiver<Option<NodeId>>,
    waiting: mpsc::Receiver<Outgoing>,
    stats: Arc<ShardStats>,
}

impl Forwarder {
    /// A forwarder, and the task that it needs to be run. `leader` tells which node leads the shard, as far as is known:
    /// when that changes, whatever was sent to the old one is unknown.
    pub fn new(
        shard: ShardId,
        peers: Peers,
        standings: Arc<Standings>,
        leader: watch::Receiver<Option<NodeId>>,
        stats: Arc<ShardStats>,
    ) -> (Forwarder, Forwarding) {
        let (sender, waiting) = mpsc::channel(WAITING_MAX);
        (Forwarder(sender), Forwarding { shard, peers, standings, leader, waiting, stats })
    }

    /// Sends a request to the leader it is addressed to; nothing if too many wait already.
    pub fn send(&self, request: Request, wait_until: Instant) -> Option<oneshot::Receiver<Forwarded>> {
        let (reply, receiver) = oneshot::channel();
        self.0.try_send(Outgoing { request, wait_until, reply }).ok()?;
        Some(receiver)
    }
}

impl Forwarding {
    /// Forwards until every [`Forwarder`] is gone.
    pub async fn run(mut self) {
        let permits = Arc::new(Semaphore::new(CALLS_MAX));
        let mut calls = JoinSet::new();
        let mut gathered = Vec::new();
        loop {
            // The permit comes first: what arrives while none is free travels together.
            let permit = Arc::clone(&permits).acquire_owned().await.expect("the semaphore is never closed");
            while calls.try_join_next().is_some() {}
            if self.waiting.recv_many(&mut gathered, REQUESTS_PER_CALL).await == 0 {
                break;
            }
            let permit = Arc::new(permit);
            for batch in by_leadership(std::mem::take(&mut gathered)) {
                let call = Call {
                    _permit: Arc::clone(&permit),
                    shard: self.shard,
                    peers: self.peers.clone(),
                    standings: Arc::clone(&self.standings),
                    leader: self.leader.clone(),
                    stats: Arc::clone(&self.stats),
                };
                calls.spawn(call.make(batch));
            }
        }
        calls.join_all().await;
    }
}

/// Requests are addressed to one leadership, and in one call to one node.
fn by_leadership(gathered: Vec<Outgoing>) -> Vec<Vec<Outgoing>> {
    let mut batches: Vec<Vec<Outgoing>> = Vec::new();
    for outgoing in gathered {
        let same = |batch: &&mut Vec<Outgoing>| batch[0].request.leadership == outgoing.request.leadership;
        match batches.iter_mut().find(same) {
            Some(batch) => batch.push(outgoing),
            None => batches.push(vec![outgoing]),
        }
    }
    batches
}

struct Call {
    _permit: Arc<OwnedSemaphorePermit>,
    shard: ShardId,
    peers: Peers,
    standings: Arc<Standings>,
    leader: watch::Receiver<Option<NodeId>>,
    stats: Arc<ShardStats>,
}

impl Call {
    async fn make(mut self, batch: Vec<Outgoing>) {
        let (requests, waiters): (Vec<Request>, Vec<_>) = batch
            .into_iter()
            .map(|outgoing| (outgoing.request, (outgoing.wait_until, outgoing.reply)))
            .unzip();
        let Some(leadership) = requests.first().map(|request| request.leadership) else { return };
        let last = waiters.iter().map(|(wait_until, _)| *wait_until).max().unwrap_or_else(Instant::now);
        let body = codec::encode(&requests).into();
        let began = Instant::now();
        let call = self.peers.call(leadership.node, self.shard.0, call::FORWARD, body, last + GRACE);
        let answer = tokio::select! {
            answer = call => answer.map_err(|error| error.may_have_happened()),
            () = deposed(&mut self.leader, leadership.node) => Err(true),
        };
        let replies = answer.and_then(|answer| self.read(&answer, requests.len()));
        match &replies {
            Ok(_) => self.stats.forwarded(began.elapsed(), requests.len()),
            Err(_) => self.standings.forget(leadership),
        }
        let mut replies = replies.map(Vec::into_iter);
        for (_, waiter) in waiters {
            let forwarded = match &mut replies {
                Ok(replies) => replies.next().map_or(Forwarded::Unknown, Forwarded::Replied),
                Err(true) => Forwarded::Unknown,
                Err(false) => Forwarded::NotSent,
            };
            // A caller that went away does not need its answer any more.
            drop(waiter.send(forwarded));
        }
    }

    fn read(&self, answer: &[u8], count: usize) -> Result<Vec<Reply>, bool> {
        let reply = codec::decode::<ForwardReply>(answer).map_err(|_| true)?;
        if let Some((leadership, now)) = reply.now {
            self.standings.told(leadership, now);
        }
        if reply.replies.len() == count { Ok(reply.replies) } else { Err(true) }
    }
}

/// Waits until another node than `node` is known to lead.
async fn deposed(leader: &mut watch::Receiver<Option<NodeId>>, node: NodeId) {
    let other = leader.wait_for(|leader| leader.is_some_and(|leader| leader != node)).await.is_ok();
    if !other {
        // Nobody tells any more who leads: the call's own deadline ends it.
        std::future::pending::<()>().await;
    }
}
