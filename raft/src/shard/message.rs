//! What a shard's core is told, and what it wants done.

use bytes::Bytes;
use engine::Event;

use super::clock::{Moment, NodeTime};
use super::request::{Leadership, Reply, Request};
use super::stats::Stage;
use crate::entry::Numbered;
use crate::types::LogId;

/// What the core is told. `R` is how to reply to whoever asked.
#[derive(Debug)]
pub enum Message<R> {
    /// In which leadership the shard is, this node's own or another's, as far as it knows.
    Follows(Option<Leadership>),
    /// This node leads the shard, or does not any more.
    Leadership(Option<Leadership>),
    /// Entries were committed, in the order of the log.
    Committed(Vec<Committed>),
    /// People want something: requests, in the order in which they came.
    Requests {
        /// When the first of them came, as [`Moment::micros`].
        arrived: u64,
        /// The requests, and how to reply.
        requests: Vec<(Request, R)>,
    },
    /// A proposal of this node did not get into the log, or may not have.
    Lost {
        /// Which one.
        nonce: u64,
        /// Whether it certainly is not in any log.
        certainly: bool,
    },
    /// A confirmation round ended.
    Confirmed {
        /// Which one.
        round: u64,
        /// In which leadership it was begun.
        leadership: Leadership,
        /// Whether this node led in it after the round was begun.
        led: bool,
    },
    /// What a quorum of nodes, this one included, takes log time to be.
    Estimates(Vec<NodeTime>),
    /// Time went by.
    Tick,
}

/// A committed entry.
#[derive(Clone, Debug)]
pub struct Committed {
    /// Its place in the log, and who proposed it.
    pub log_id: LogId,
    /// What it carries; nothing for a blank entry or a membership.
    pub batch: Option<Numbered>,
}

/// What the core wants done.
#[derive(Debug)]
pub enum Action<R> {
    /// Propose an entry, in this leadership and no other.
    Propose {
        /// Its number.
        nonce: u64,
        /// In which leadership.
        leadership: Leadership,
        /// The encoded entry.
        entry: Bytes,
        /// How many commands are in it.
        commands: usize,
    },
    /// Find out by a quorum that this node still leads, by a round that begins now.
    Confirm {
        /// Its number.
        round: u64,
        /// In which leadership.
        leadership: Leadership,
    },
    /// Ask the nodes what they take log time to be.
    Estimate,
    /// Tell whoever asked.
    Reply(R, Reply),
    /// Let others know the facts.
    Publish(Vec<Event>),
    /// Count attempts that have a stage of their way behind them.
    Passed {
        /// Which stage.
        stage: Stage,
        /// How long it took, in microseconds.
        micros: u64,
        /// How many attempts.
        attempts: usize,
    },
}

/// The core's surroundings at one call: the time, and where its wishes go.
pub struct Context<'a, R> {
    /// The time.
    pub at: Moment,
    /// What shall be done, in order.
    pub actions: &'a mut Vec<Action<R>>,
}

impl<R> Context<'_, R> {
    /// Replies to whoever asked.
    pub(super) fn reply(&mut self, to: R, reply: Reply) {
        self.actions.push(Action::Reply(to, reply));
    }

    /// Attempts that began a stage at `since` have it behind them.
    pub(super) fn passed(&mut self, stage: Stage, since: u64, attempts: usize) {
        if attempts > 0 {
            let micros = self.at.micros.saturating_sub(since);
            self.actions.push(Action::Passed { stage, micros, attempts });
        }
    }

    /// Attempts that came at these times are proposed or decided. Neighbours mostly came together and are counted at once.
    pub(super) fn dequeued(&mut self, arrivals: &[u64]) {
        for together in arrivals.chunk_by(|one, next| one == next) {
            self.passed(Stage::Queue, together[0], together.len());
        }
    }
}
