//! What the log counts.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// How many buckets [`Stats::sync_micros`] has.
pub const BUCKETS: usize = 24;

/// Counters of one node's log since it was opened, and what it holds now. Cost of a snapshot: a few dozen loads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Frames written; each cost one write and one sync.
    pub frames: u64,
    /// Records in them, checkpoints and what was written again included. Divided by `frames`: how well syncs are shared.
    pub records: u64,
    /// Bytes written, with the zeros that fill pages.
    pub bytes: u64,
    /// Entries that were written again so that their old segment could go.
    pub entries_again: u64,
    /// Entries that were read from segments because they were no longer in memory.
    pub entries_reread: u64,
    /// How long write and sync of a frame took: `sync_micros[n]` counts those of 2^(n-1) up to 2^n microseconds; the
    /// last bucket also counts what took longer.
    pub sync_micros: [u64; BUCKETS],
    /// The sum of those times, in microseconds.
    pub sync_micros_sum: u64,
    /// Segments that hold frames.
    pub segments: u64,
    /// Bytes of entries in memory.
    pub recent_bytes: usize,
    /// Bytes that wait to be written, or are being written.
    pub queued_bytes: usize,
}

#[derive(Default)]
pub(super) struct Counters {
    frames: AtomicU64,
    records: AtomicU64,
    bytes: AtomicU64,
    entries_again: AtomicU64,
    entries_reread: AtomicU64,
    sync_micros: [AtomicU64; BUCKETS],
    sync_micros_sum: AtomicU64,
    segments: AtomicU64,
}

impl Counters {
    pub(super) fn frame(&self, records: u32, bytes: usize, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = (u64::BITS - micros.leading_zeros()) as usize;
        self.frames.fetch_add(1, Relaxed);
        self.records.fetch_add(records.into(), Relaxed);
        self.bytes.fetch_add(bytes as u64, Relaxed);
        self.sync_micros[bucket.min(BUCKETS - 1)].fetch_add(1, Relaxed);
        self.sync_micros_sum.fetch_add(micros, Relaxed);
    }

    pub(super) fn again(&self) {
        self.entries_again.fetch_add(1, Relaxed);
    }

    pub(super) fn reread(&self, entries: usize) {
        self.entries_reread.fetch_add(entries as u64, Relaxed);
    }

    pub(super) fn segments(&self, count: usize) {
        self.segments.store(count as u64, Relaxed);
    }

    pub(super) fn stats(&self, recent_bytes: usize, queued_bytes: usize) -> Stats {
        Stats {
            frames: self.frames.load(Relaxed),
            records: self.records.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            entries_again: self.entries_again.load(Relaxed),
            entries_reread: self.entries_reread.load(Relaxed),
            sync_micros: std::array::from_fn(|bucket| self.sync_micros[bucket].load(Relaxed)),
            sync_micros_sum: self.sync_micros_sum.load(Relaxed),
            segments: self.segments.load(Relaxed),
            recent_bytes,
            queued_bytes,
        }
    }
}
