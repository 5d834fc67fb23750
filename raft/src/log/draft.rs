//! A frame in the making: one buffer, used again and again.

use std::sync::Arc;

use engine::ShardId;

use super::frame;
use super::queue::Waiter;
use super::record::Record;
use super::shard::Shard;

/// The buffer is given back after a frame larger than this.
const KEPT_BYTES: usize = 8 << 20;

/// Records that will be one frame, and what is to be done once it is synced.
#[derive(Default)]
pub(super) struct Draft {
    buffer: Vec<u8>,
    pub(super) records: u32,
    /// Whether there is anything in it that somebody asked for.
    pub(super) has_requests: bool,
    /// Whether a segment may be free afterwards.
    pub(super) frees: bool,
    pub(super) placed: Vec<Placed>,
    pub(super) waiters: Vec<Waiter>,
}

/// An entry that will be in the segment at `offset` once the frame is synced.
pub(super) struct Placed {
    pub(super) shard: Arc<Shard>,
    pub(super) index: u64,
    /// Of a new entry; one that is written again has none.
    pub(super) ticket: Option<u64>,
    pub(super) offset: u32,
    pub(super) bytes: u32,
}

impl Draft {
    pub(super) fn clear(&mut self) {
        self.buffer.clear();
        self.buffer.shrink_to(KEPT_BYTES);
        self.buffer.resize(frame::HEADER_BYTES, 0);
        (self.records, self.has_requests, self.frees) = (0, false, false);
        self.placed.clear();
        self.waiters.clear();
    }

    /// The frame's bytes so far, header included.
    pub(super) fn bytes(&self) -> usize {
        self.buffer.len()
    }

    pub(super) fn add(&mut self, shard: ShardId, record: &Record, seed: u32) {
        record.encode(shard, seed, &mut self.buffer);
        self.records += 1;
    }

    /// Takes back the record that was added when there were `bytes`.
    pub(super) fn remove_last(&mut self, bytes: usize) {
        self.buffer.truncate(bytes);
        self.records -= 1;
    }

    /// Completes the frame.
    pub(super) fn seal(&mut self, sequence: u64, opens_segment: bool, seed: u32) -> &[u8] {
        frame::seal(&mut self.buffer, sequence, self.records, opens_segment, seed);
        &self.buffer
    }
}
