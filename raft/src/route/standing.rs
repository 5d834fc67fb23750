//! In which leadership a shard can be asked now, and what log time it is there.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use engine::{LogTime, ShardId, Span, codec};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::call;
use crate::peer::Peers;
use crate::shard::actor::Standing;
use crate::shard::clock::Moment;
use crate::shard::request::Leadership;
use crate::types::NodeId;

/// How long another node may take to say in which leadership it can answer.
const ASK_WITHIN: Duration = Duration::from_millis(250);

/// After somebody was asked in vain, for how long nobody else asks.
const IN_VAIN_FOR: Duration = Duration::from_millis(10);

/// A leadership, and log time there: never later than it truly is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The leadership.
    pub leadership: Leadership,
    /// Log time there, when it was last told.
    told: LogTime,
    /// When that was, by this machine's clock.
    told_at: u64,
}

impl Known {
    /// What was told at a moment.
    #[cfg(test)]
    pub(crate) fn told_at(leadership: Leadership, told: LogTime, at: Moment) -> Known {
        Known { leadership, told, told_at: at.boot }
    }

    /// Log time there, at `at`. A leader's clock is slewed by up to a thousandth, so this one is counted slower by twice
    /// that: what is sent must never seem to be sent later than it was.
    pub fn now(&self, at: Moment) -> LogTime {
        let elapsed = at.boot.saturating_sub(self.told_at);
        self.told.after(Span(elapsed - elapsed / 500))
    }
}

/// What this node knows of one shard's leadership.
#[derive(Debug)]
pub struct Standings {
    shard: ShardId,
    local: watch::Receiver<Option<Standing>>,
    remote: Mutex<Option<Known>>,
    /// Who was asked last in vain, and when. Held while somebody is asked: the others share what comes of it.
    asking: tokio::sync::Mutex<Option<(NodeId, Instant)>>,
    peers: Peers,
}

impl Standings {
    /// Nothing is known but what the shard's own actor says in `local`.
    pub fn new(shard: ShardId, local: watch::Receiver<Option<Standing>>, peers: Peers) -> Standings {
        Standings { shard, local, remote: Mutex::default(), asking: tokio::sync::Mutex::default(), peers }
    }

    /// The leadership of this very node, if it leads and can answer.
    pub fn local(&self, at: Moment) -> Option<Known> {
        let standing = self.local.borrow();
        let standing = standing.as_ref()?;
        Some(Known { leadership: standing.leadership, told: standing.clock.now(at), told_at: at.boot })
    }

    /// The leadership of `leader`, asked of it unless it is known.
    pub async fn remote(&self, leader: NodeId) -> Option<Known> {
        if let Some(known) = self.known(leader) {
            return Some(known);
        }
        let mut in_vain = self.asking.lock().await;
        if let Some(known) = self.known(leader) {
            return Some(known);
        }
        if in_vain.is_some_and(|(node, at)| node == leader && at.elapsed() < IN_VAIN_FOR) {
            return None;
        }
        let known = self.ask(leader).await;
        *in_vain = if known.is_none() { Some((leader, Instant::now())) } else { None };
        known
    }

    async fn ask(&self, leader: NodeId) -> Option<Known> {
        let deadline = Instant::now() + ASK_WITHIN;
        let answer =
            self.peers.call(leader, self.shard.0, call::STANDING, Bytes::new(), deadline).await.ok()?;
        let (leadership, told) = codec::decode::<Option<(Leadership, LogTime)>>(&answer).ok()??;
        self.told(leadership, told);
        self.known(leader)
    }

    fn known(&self, leader: NodeId) -> Option<Known> {
        let remote = *self.remote.lock().unwrap_or_else(PoisonError::into_inner);
        remote.filter(|known| known.leadership.node == leader)
    }

    /// A leader told its log time just now: since it was underway for a while, it is later there by now.
    pub fn told(&self, leadership: Leadership, told: LogTime) {
        let known = Known { leadership, told, told_at: Moment::now().boot };
        *self.remote.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }

    /// A node said that it does not lead in `leadership` any more.
    pub fn forget(&self, leadership: Leadership) {
        let mut remote = self.remote.lock().unwrap_or_else(PoisonError::into_inner);
        if remote.is_some_and(|known| known.leadership == leadership) {
            *remote = None;
        }
    }
}
