//! What a shard counts, for metrics. Atomics only: the actor never waits for whoever reads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::types::LogId;

/// How many buckets a [`Histogram`] has. Their upper bounds are powers of two, from 1 up to about 8 million.
pub const BUCKETS: usize = 24;

/// A histogram with fixed buckets. Recording costs three relaxed additions.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BUCKETS],
    sum: AtomicU64,
    count: AtomicU64,
}

impl Histogram {
    /// Counts one value.
    pub fn record(&self, value: u64) {
        // The smallest power of two that is not below the value.
        let exponent = u64::BITS - value.saturating_sub(1).leading_zeros();
        let bucket = usize::try_from(exponent).map_or(BUCKETS - 1, |bucket| bucket.min(BUCKETS - 1));
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a duration in microseconds.
    pub fn record_time(&self, time: Duration) {
        self.record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    /// The upper bound of a bucket.
    pub fn bound(bucket: usize) -> u64 {
        1 << bucket
    }

    /// How many values each bucket has.
    pub fn buckets(&self) -> [u64; BUCKETS] {
        std::array::from_fn(|bucket| self.buckets[bucket].load(Ordering::Relaxed))
    }

    /// The sum of all values.
    pub fn sum(&self) -> u64 {
        self.sum.load(Ordering::Relaxed)
    }

    /// How many values there were.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
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
    applied_index: AtomicU64,
    event_sequence: AtomicU64,
    backlog: AtomicU64,
}

impl ShardStats {
    pub(super) fn proposed(&self, commands: usize) {
        self.batch_commands.record(u64::try_from(commands).unwrap_or(u64::MAX));
    }

    pub(super) fn confirmed(&self, took: Duration) {
        self.confirm_us.record_time(took);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_counted_in_the_first_bucket_that_reaches_it() {
        let histogram = Histogram::default();
        [0, 1, 2, 3, 4, 5, u64::MAX].into_iter().for_each(|value| histogram.record(value));
        let buckets = histogram.buckets();
        assert_eq!(buckets[..4], [2, 1, 2, 1]);
        assert_eq!(buckets[BUCKETS - 1], 1);
        assert_eq!(histogram.count(), 7);
    }
}
