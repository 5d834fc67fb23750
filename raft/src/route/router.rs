//! The router: gets an ask to its shard's leader, and asks again while nothing definite is known.

use std::sync::Arc;
use std::time::Duration;

use engine::{Settled, ShardId, Unsettled};
use tokio::sync::watch;
use tokio::time::Instant;

use super::forward::{Forwarded, Forwarder};
use super::standing::{Known, Standings};
use crate::shard::clock::Moment;
use crate::shard::inbox::Inbox;
use crate::shard::reply::ReplyTo;
use crate::shard::request::{Ask, Obstacle, Reply, Request};
use crate::shard::settled::SEND_LIFETIME;
use crate::types::NodeId;

/// How long to wait before asking again, at first and at most.
const PAUSE_MIN: Duration = Duration::from_millis(2);
const PAUSE_MAX: Duration = Duration::from_millis(20);
/// How long a local actor is waited for beyond the deadline: it tells by itself when the time is up.
const GRACE: Duration = Duration::from_millis(200);

/// The way to one shard.
#[derive(Clone)]
pub struct Route {
    /// The inbox of the shard's actor on this node.
    pub inbox: Arc<Inbox>,
    /// Which node leads, as far as is known here.
    pub leader: watch::Receiver<Option<NodeId>>,
    /// In which leadership it can be asked.
    pub standings: Arc<Standings>,
    /// The way to a leader elsewhere.
    pub forwarder: Forwarder,
}

/// The ways to all shards.
#[derive(Clone)]
pub struct Router {
    routes: Arc<[Route]>,
}

/// What one send came to.
enum Sent {
    Settled(Settled),
    /// Nothing happened, and it may be tried again.
    Nothing,
    Overloaded,
    Unknown,
}

impl Router {
    /// A router over the ways to the shards, in their order.
    pub fn new(routes: Vec<Route>) -> Router {
        Router { routes: routes.into() }
    }

    /// Gets `ask` to the leader of `shard`, and asks again until the answer is definite or `deadline` has come: after an
    /// unknown outcome only if asking twice is the same as asking once.
    ///
    /// # Errors
    /// [`Unsettled`] tells whether something may have happened.
    pub async fn ask(&self, shard: ShardId, ask: Ask, deadline: Instant) -> Result<Settled, Unsettled> {
        let route = self.routes.get(usize::from(shard.0)).ok_or(Unsettled::Unavailable)?;
        let (mut unknown, mut pause) = (false, PAUSE_MIN);
        while Instant::now() < deadline {
            match route.send(&ask, deadline).await {
                Sent::Settled(settled) => return Ok(settled),
                Sent::Overloaded if !unknown => return Err(Unsettled::Overloaded),
                Sent::Unknown if !ask.is_repeatable() => return Err(Unsettled::OutcomeUnknown),
                Sent::Unknown => unknown = true,
                Sent::Nothing | Sent::Overloaded => {}
            }
            tokio::time::sleep(pause.min(deadline.saturating_duration_since(Instant::now()))).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
        Err(if unknown { Unsettled::OutcomeUnknown } else { Unsettled::Unavailable })
    }
}

impl Route {
    async fn send(&self, ask: &Ask, deadline: Instant) -> Sent {
        let at = Moment::now();
        if let Some(known) = self.standings.local(at) {
            return self.send_here(request(ask, known, at, deadline), deadline).await;
        }
        let leader = *self.leader.borrow();
        let Some(leader) = leader else { return Sent::Nothing };
        let known = tokio::time::timeout_at(deadline, self.standings.remote(leader)).await;
        let Ok(Some(known)) = known else { return Sent::Nothing };
        self.send_there(request(ask, known, Moment::now(), deadline), deadline).await
    }

    async fn send_here(&self, request: Request, deadline: Instant) -> Sent {
        let (reply, receiver) = ReplyTo::caller();
        if let Err(reply) = self.inbox.request(request, reply) {
            // It was never handed over, so this reply goes nowhere.
            reply.send(Reply::NotDone(Obstacle::Overloaded));
            return Sent::Overloaded;
        }
        match tokio::time::timeout_at(deadline + GRACE, receiver).await {
            Ok(Ok(reply)) => sent(reply),
            Ok(Err(_)) | Err(_) => Sent::Unknown,
        }
    }

    async fn send_there(&self, request: Request, deadline: Instant) -> Sent {
        let leadership = request.leadership;
        let Some(receiver) = self.forwarder.send(request, deadline) else { return Sent::Overloaded };
        match tokio::time::timeout_at(deadline + GRACE, receiver).await {
            Ok(Ok(Forwarded::Replied(reply))) => {
                if reply == Reply::NotDone(Obstacle::NotLeader) {
                    self.standings.forget(leadership);
                }
                sent(reply)
            }
            Ok(Ok(Forwarded::NotSent)) => Sent::Nothing,
            Ok(Ok(Forwarded::Unknown) | Err(_)) | Err(_) => Sent::Unknown,
        }
    }
}

/// Each send has a life of its own, which ends with the caller's patience, and within [`SEND_LIFETIME`].
fn request(ask: &Ask, known: Known, at: Moment, deadline: Instant) -> Request {
    let sent_at = known.now(at);
    let patience = deadline.saturating_duration_since(Instant::now()).as_millis();
    let patience = engine::Span(u64::try_from(patience).unwrap_or(u64::MAX)).min(SEND_LIFETIME);
    Request { ask: ask.clone(), leadership: known.leadership, sent_at, not_after: sent_at.after(patience) }
}

fn sent(reply: Reply) -> Sent {
    match reply {
        Reply::Done { answer, replayed } => Sent::Settled(Settled::Done { answer, replayed }),
        Reply::Refused(refusal) => Sent::Settled(Settled::Refused(refusal)),
        Reply::NotDone(Obstacle::Overloaded) => Sent::Overloaded,
        Reply::NotDone(Obstacle::NotLeader | Obstacle::TooLate) => Sent::Nothing,
        Reply::Unknown => Sent::Unknown,
    }
}
