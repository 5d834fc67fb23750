//! What a quorum of nodes takes log time to be.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use engine::{ShardId, Span, codec};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;

use super::clock::{Moment, NodeTime};
use crate::call;
use crate::members::Roster;
use crate::peer::Peers;
use crate::types::NodeId;

/// How long is waited for a quorum.
const QUORUM_WITHIN: Duration = Duration::from_millis(300);
/// How long is waited for the others once a quorum is there: the more, the better the median.
const OTHERS_WITHIN: Duration = Duration::from_millis(30);

/// How long an answer may take in all, so that what it tells is no older than that.
const WORTH_SOMETHING: Span = Span(300);

/// Asks the nodes of a shard what time it is.
#[derive(Clone, Debug)]
pub struct Estimates {
    peers: Peers,
    shard: ShardId,
    own: NodeId,
    roster: Roster,
}

impl Estimates {
    /// Asks those of `roster` who vote, without this node, which is `own`.
    pub fn new(peers: Peers, shard: ShardId, own: NodeId, roster: Roster) -> Estimates {
        Estimates { peers, shard, own, roster }
    }

    /// The estimates of a quorum or more, with this node's `own` of `at`; nothing if no quorum answers in time.
    pub async fn gather(&self, at: Moment, own: NodeTime) -> Option<Vec<NodeTime>> {
        let members = self.roster.get();
        let mut others = members.all_voters();
        others.remove(&self.own);
        let mut answered = BTreeSet::from([self.own]);
        let mut estimates = vec![(own, at)];
        let mut deadline = Instant::now() + QUORUM_WITHIN;
        let mut asked: FuturesUnordered<_> = others.iter().map(|&node| self.ask(node, deadline)).collect();
        while answered.len() <= others.len() {
            match tokio::time::timeout_at(deadline, asked.next()).await {
                Ok(Some((node, Some(estimate)))) => {
                    answered.insert(node);
                    estimates.push((estimate, Moment::now()));
                }
                Ok(Some((_, None))) => {}
                Ok(None) | Err(_) => break,
            }
            if members.is_majority(&answered) {
                deadline = deadline.min(Instant::now() + OTHERS_WITHIN);
            }
        }
        // Each was true when it came; meanwhile it is later.
        let boot = Moment::now().boot;
        let brought_up = |(time, came): (NodeTime, Moment)| time.after(Span(boot.saturating_sub(came.boot)));
        members.is_majority(&answered).then(|| estimates.into_iter().map(brought_up).collect())
    }

    async fn ask(&self, node: NodeId, deadline: Instant) -> (NodeId, Option<NodeTime>) {
        (node, self.estimate(node, deadline).await)
    }

    async fn estimate(&self, node: NodeId, deadline: Instant) -> Option<NodeTime> {
        let asked = Moment::now();
        let answer =
            self.peers.call(node, self.shard.0, call::ESTIMATE, Bytes::new(), deadline).await.ok()?;
        let took = Moment::now().boot.saturating_sub(asked.boot);
        worth(codec::decode(&answer).ok()?, Span(took))
    }
}

/// What an answer that took so long is worth. It was true somewhen since it was asked for, and is taken to be true when
/// it comes: so it may show too early a time, and never too late a one, which is what the latest of all that nodes know
/// rests on ([`super::clock::LedTime`]). One that lay here for long, since this machine stood still, is worth nothing: the
/// call's own deadline does not tell, for answer and deadline are found together when the machine goes on.
fn worth(answer: NodeTime, took: Span) -> Option<NodeTime> {
    (took <= WORTH_SOMETHING).then_some(answer)
}

#[cfg(test)]
mod tests {
    use engine::LogTime;

    use super::*;

    #[test]
    fn an_answer_is_taken_as_it_comes_and_one_from_before_a_pause_is_worth_nothing() {
        let answer = NodeTime { led: None, wall: LogTime(5_000) };
        assert_eq!(worth(answer, Span(20)), Some(answer), "nobody knows which way took how much of it");
        assert_eq!(worth(answer, WORTH_SOMETHING), Some(answer));
        assert_eq!(worth(answer, Span(WORTH_SOMETHING.0 + 1)), None);
    }
}
