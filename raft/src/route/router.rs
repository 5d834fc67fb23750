//! The router: gets an ask to its shard's leader, and asks again while nothing definite is known.

use std::sync::Arc;
use std::time::Duration;

use engine::{LogTime, Settled, ShardId, Span, Unsettled};
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
/// How often in a row the leader says that an ask is too late before it is taken at its word. What this node knew of the
/// leader's clock may have been old, and so the ask seemed to be; with its word comes what time it is.
const TOO_LATE_MAX: u32 = 2;
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
    /// Nothing happened, since its time was up, or a later send of its key was answered.
    TooLate,
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
        let asked_at = Moment::now();
        let (mut unknown, mut too_late, mut pause) = (false, 0, PAUSE_MIN);
        while Instant::now() < deadline {
            let sent = route.send(&ask, asked_at, deadline).await;
            too_late = if matches!(sent, Sent::TooLate) { too_late + 1 } else { 0 };
            match sent {
                Sent::Settled(settled) => return Ok(settled),
                Sent::Overloaded if !unknown => return Err(Unsettled::Overloaded),
                Sent::Unknown if !ask.is_repeatable() => return Err(Unsettled::OutcomeUnknown),
                Sent::Unknown => unknown = true,
                // Whatever was unknown before is known now: nothing came of it.
                Sent::TooLate if too_late >= TOO_LATE_MAX && has_key(&ask) => {
                    return Err(Unsettled::Unavailable);
                }
                Sent::TooLate | Sent::Nothing | Sent::Overloaded => {}
            }
            tokio::time::sleep(pause.min(deadline.saturating_duration_since(Instant::now()))).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
        Err(if unknown { Unsettled::OutcomeUnknown } else { Unsettled::Unavailable })
    }
}

impl Route {
    async fn send(&self, ask: &Ask, asked_at: Moment, deadline: Instant) -> Sent {
        let at = Moment::now();
        if let Some(known) = self.standings.local(at) {
            return self.send_here(request(ask, known, (asked_at, at), deadline), deadline).await;
        }
        let leader = *self.leader.borrow();
        let Some(leader) = leader else { return Sent::Nothing };
        let known = tokio::time::timeout_at(deadline, self.standings.remote(leader)).await;
        let Ok(Some(known)) = known else { return Sent::Nothing };
        self.send_there(request(ask, known, (asked_at, Moment::now()), deadline), deadline).await
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

/// Each send has a life of its own, which ends with the caller's patience, and within [`SEND_LIFETIME`]. But it counts as
/// sent when the caller asked: since then another send of its key may have been answered.
fn request(ask: &Ask, known: Known, (asked_at, at): (Moment, Moment), deadline: Instant) -> Request {
    let now = known.now(at);
    let since = at.boot.saturating_sub(asked_at.boot);
    // The leader's clock may be slewed by a thousandth, so it is counted slower by twice that.
    let sent_at = LogTime(now.0.saturating_sub(since + since / 500));
    let patience = deadline.saturating_duration_since(Instant::now()).as_millis();
    let patience = Span(u64::try_from(patience).unwrap_or(u64::MAX)).min(SEND_LIFETIME);
    Request { ask: ask.clone(), leadership: known.leadership, sent_at, not_after: now.after(patience) }
}

fn has_key(ask: &Ask) -> bool {
    matches!(ask, Ask::Command(_, Some(_)))
}

fn sent(reply: Reply) -> Sent {
    match reply {
        Reply::Done { answer, replayed } => Sent::Settled(Settled::Done { answer, replayed }),
        Reply::Refused(refusal) => Sent::Settled(Settled::Refused(refusal)),
        Reply::NotDone(Obstacle::Overloaded) => Sent::Overloaded,
        Reply::NotDone(Obstacle::NotLeader) => Sent::Nothing,
        Reply::NotDone(Obstacle::TooLate) => Sent::TooLate,
        Reply::Unknown => Sent::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use engine::Query;

    use super::*;
    use crate::shard::request::Leadership;

    #[tokio::test]
    async fn what_is_sent_again_counts_as_sent_when_it_was_asked_for() {
        let at = |boot| Moment { boot, ..Moment::default() };
        let known = Known::told_at(Leadership { term: 2, node: 1 }, LogTime(1_000_000), at(50_000));
        let ask = Ask::Query(Query::Product("shoe".parse().expect("an id")));
        let deadline = Instant::now() + Duration::from_secs(5);
        let sent = |asked_at| request(&ask, known, (at(asked_at), at(50_000)), deadline);
        assert_eq!(sent(50_000).sent_at, LogTime(1_000_000));
        assert_eq!(sent(49_000).sent_at, LogTime(1_000_000 - 1_002));
        assert!(sent(49_000).not_after >= LogTime(1_004_000), "the caller waits as long as it waits");
    }
}
