//! What a shard counts, for metrics. Atomics only: the actor never waits for whoever reads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use engine::view::Alarms;

use crate::histogram::{self, Histogram};
use crate::types::LogId;

/// A stage on the way of an attempt, on the node that leads its shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// From the inbox until it is proposed, or decided without a proposal.
    Queue,
    /// From being proposed until the actor is handed the committed entry.
    Commit,
}

/// The counts of one shard on one node.
#[derive(Debug, Default)]
pub struct ShardStats {
    /// Commands in a proposal.
    pub batch_commands: Histogram,
    /// Microseconds that a confirmation round took.
    pub confirm_us: Histogram,
    /// Microseconds that applying committed entries took.
    pub apply_us: Histogram,
    /// Microseconds that attempts spent in [`Stage::Queue`]. All that the actor found in its inbox together count as long
    /// as the oldest of them: the clock is read once for all.
    pub queue_us: Histogram,
    /// Microseconds that commands spent in [`Stage::Commit`].
    pub commit_us: Histogram,
    /// Microseconds from sending requests to the node that leads until its replies came, for requests that entered here.
    pub forward_us: Histogram,
    applied_index: AtomicU64,
    event_sequence: AtomicU64,
    backlog: AtomicU64,
    compared_index: AtomicU64,
    differing: AtomicU64,
    alarms: [AtomicU64; 4],
}

impl ShardStats {
    pub(super) fn proposed(&self, commands: usize) {
        self.batch_commands.record(u64::try_from(commands).unwrap_or(u64::MAX));
    }

    pub(super) fn confirmed(&self, took: Duration) {
        self.confirm_us.record_time(took);
    }

    pub(super) fn passed(&self, stage: Stage, micros: u64, attempts: usize) {
        let histogram = match stage {
            Stage::Queue => &self.queue_us,
            Stage::Commit => &self.commit_us,
        };
        histogram.record_many(micros, attempts);
    }

    /// So many requests were forwarded together, and replied to.
    pub(crate) fn forwarded(&self, took: Duration, requests: usize) {
        self.forward_us.record_many(histogram::micros(took), requests);
    }

    pub(super) fn applied(&self, took: Duration, applied: Option<LogId>) {
        self.apply_us.record_time(took);
        self.applied_index.store(applied.map_or(0, |applied| applied.index), Ordering::Relaxed);
    }

    pub(super) fn events(&self, sequence: u64) {
        self.event_sequence.store(sequence, Ordering::Relaxed);
    }

    pub(super) fn backlog(&self, waiting: usize) {
        self.backlog.store(u64::try_from(waiting).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(super) fn alarms(&self, alarms: Alarms) {
        let Alarms { unsettled, compensating, capture_failed, refund_returned } = alarms;
        let counts = [unsettled, compensating, capture_failed, refund_returned];
        for (kept, count) in self.alarms.iter().zip(counts) {
            kept.store(count, Ordering::Relaxed);
        }
    }

    /// The state was compared with that of other nodes, of which so many differed.
    pub(crate) fn compared(&self, index: u64, differing: usize) {
        self.compared_index.store(index, Ordering::Relaxed);
        self.differing.store(u64::try_from(differing).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The log index at which the state was last compared with that of other nodes; 0 before the first time.
    pub fn compared_index(&self) -> u64 {
        self.compared_index.load(Ordering::Relaxed)
    }

    /// How many other nodes had another state there.
    pub fn differing(&self) -> u64 {
        self.differing.load(Ordering::Relaxed)
    }

    /// What somebody has to look at, by the state as it is.
    pub fn alarms_now(&self) -> Alarms {
        let [unsettled, compensating, capture_failed, refund_returned] =
            [0, 1, 2, 3].map(|kind| self.alarms[kind].load(Ordering::Relaxed));
        Alarms { unsettled, compensating, capture_failed, refund_returned }
    }

    /// The newest log index in the state.
    pub fn applied_index(&self) -> u64 {
        self.applied_index.load(Ordering::Relaxed)
    }

    /// The sequence of the newest event.
    pub fn event_sequence(&self) -> u64 {
        self.event_sequence.load(Ordering::Relaxed)
    }

    /// Attempts that wait for a proposal, or for what is in flight.
    pub fn backlog_now(&self) -> u64 {
        self.backlog.load(Ordering::Relaxed)
    }
}
