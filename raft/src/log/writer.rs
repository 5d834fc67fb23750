//! Writes what is queued: one frame, one write, one sync, then the next.
//!
//! Frame n + 1 is written only after the sync of frame n returned. So a frame that is followed by another was synced,
//! and only the very last one can be torn.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::Arc;
use std::time::Instant;

use engine::ShardId;

use super::draft::{Draft, Placed};
use super::error::Error;
use super::frame;
use super::mark::{End, Mark};
use super::queue::Request;
use super::record::Record;
use super::segment::{PAGE_BYTES, Segment};
use super::shard::Location;
use super::shared::Shared;
use super::supply::Supply;
use super::view::View;

/// The one writer of a log; no threads or queues in it.
pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    supply: Supply,
    /// The segments in use, oldest first; the last one is being written.
    pub(super) segments: VecDeque<Arc<Segment>>,
    /// Where the next frame begins in the last segment.
    offset: u32,
    sequence: u64,
    /// The last frame, unless there is none, or what was torn behind it is still to be written over.
    end: Option<End>,
    mark: Mark,
    pub(super) views: BTreeMap<ShardId, View>,
    pub(super) draft: Draft,
    pub(super) cleaning: bool,
}

/// Where writing goes on.
pub(super) struct Position {
    pub(super) segments: VecDeque<Arc<Segment>>,
    pub(super) offset: u32,
    pub(super) sequence: u64,
    pub(super) end: Option<End>,
    pub(super) views: BTreeMap<ShardId, View>,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, supply: Supply, mark: Mark, position: Position) -> Writer {
        let Position { segments, offset, sequence, end, views } = position;
        shared.counters.segments(segments.len());
        let (draft, cleaning) = (Draft::default(), false);
        Writer { shared, supply, segments, offset, sequence, end, mark, views, draft, cleaning }
    }

    /// Ends the log in order, with nothing left to write, and leaves the mark that says so. Without a mark the log opens
    /// all the same, so a failure to leave it is only told.
    pub(super) fn close(self) {
        let Writer { shared, supply, end, mark, .. } = self;
        // Waits for the preparing thread, which may still find that the disk fails.
        drop(supply);
        if let Some(end) = end.filter(|_| !shared.has_failed())
            && let Err(error) = mark.leave(end)
        {
            tracing::error!("the log was closed in order, but the mark of it could not be left: {error}");
        }
    }

    /// Writes all of `batch`, in as few frames as it fits.
    ///
    /// # Errors
    /// If a write or sync fails. Everybody who waited has been told then, and the writer must not be used again.
    pub(super) fn write(&mut self, batch: &mut VecDeque<Request>) -> Result<(), Error> {
        while !batch.is_empty() {
            if let Err(error) = self.write_frame(batch) {
                self.shared.fail(&error);
                let rest = batch.drain(..).filter_map(|request| request.waiter);
                for waiter in self.draft.waiters.drain(..).chain(rest) {
                    waiter.complete(Err(io::Error::other(error.to_string())));
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// Writes one frame with the first of `batch`.
    fn write_frame(&mut self, batch: &mut VecDeque<Request>) -> Result<(), Error> {
        self.begin_frame()?;
        while let Some(request) = batch.front() {
            let full = self.draft.bytes() >= self.shared.options.frame_bytes_max as usize;
            if full && self.draft.has_requests {
                break;
            }
            if !self.add(request) {
                if self.draft.has_requests {
                    break;
                }
                self.rotate()?;
                continue;
            }
            self.draft.has_requests = true;
            self.draft.waiters.extend(batch.pop_front().and_then(|request| request.waiter));
        }
        self.clean();
        self.finish_frame()
    }

    fn current(&self) -> &Arc<Segment> {
        self.segments.back().expect("there is always a segment to write to")
    }

    fn room(&self) -> usize {
        (self.current().bytes - self.offset) as usize
    }

    /// Starts a draft; in a fresh segment, with the checkpoint.
    fn begin_frame(&mut self) -> Result<(), Error> {
        self.draft.clear();
        if self.room() == 0 {
            return self.rotate();
        }
        if self.offset != PAGE_BYTES {
            return Ok(());
        }
        let seed = self.current().seed;
        for (shard, view) in &self.views {
            self.draft.add(*shard, &Record::Checkpoint(view.checkpoint()), seed);
        }
        let (shards, bytes) = (self.views.len(), self.draft.bytes());
        if bytes > self.shared.options.checkpoint_bytes_max() {
            return Err(Error::CheckpointTooLarge { shards, bytes });
        }
        Ok(())
    }

    fn rotate(&mut self) -> Result<(), Error> {
        if self.offset == PAGE_BYTES {
            // Entries are bounded so that they fit behind any checkpoint that is let through.
            return Err(Error::CheckpointTooLarge { shards: self.views.len(), bytes: self.draft.bytes() });
        }
        let segment = self.supply.next()?;
        self.segments.push_back(Arc::new(segment));
        self.offset = PAGE_BYTES;
        self.shared.counters.segments(self.segments.len());
        self.decide_cleaning();
        self.begin_frame()
    }

    /// Adds a request to the frame; `false` if it does not fit.
    fn add(&mut self, request: &Request) -> bool {
        let Some((offset, bytes)) = self.encode(request.shard.id, &request.record) else { return false };
        match &request.record {
            Record::Append(entry) => self.draft.placed.push(Placed {
                shard: Arc::clone(&request.shard),
                index: entry.log_id.index,
                ticket: Some(request.ticket),
                offset,
                bytes,
            }),
            Record::Purge(_) | Record::TruncateAfter(_) => self.draft.frees = true,
            _ => {}
        }
        true
    }

    /// Adds a record to the frame, and says where it is in the segment; `None` if it does not fit.
    pub(super) fn encode(&mut self, shard: ShardId, record: &Record) -> Option<(u32, u32)> {
        let (seed, segment, room) = (self.current().seed, self.current().number, self.room());
        let start = self.draft.bytes();
        self.draft.add(shard, record, seed);
        if self.draft.bytes() > room {
            self.draft.remove_last(start);
            return None;
        }
        let bytes = self.draft.bytes() - start;
        self.views
            .entry(shard)
            .or_default()
            .apply(record, segment, bytes as u64)
            .expect("a record is checked against the shard before it is queued");
        let start = u32::try_from(start).expect("a frame fits a segment, at most 1 GiB");
        Some((self.offset + start, u32::try_from(bytes).expect("it fits a segment too")))
    }

    /// Writes and syncs the draft, then tells everybody.
    fn finish_frame(&mut self) -> Result<(), Error> {
        let segment = Arc::clone(self.current());
        let frame = self.draft.seal(self.sequence, self.offset == PAGE_BYTES, segment.seed);
        let checksum = frame::checksum(frame);
        let started = Instant::now();
        segment.file.write_at(self.offset.into(), frame).map_err(Error::io("write", &segment.path))?;
        if must_sync() {
            segment.file.sync().map_err(Error::sync(&segment.path))?;
        }
        self.shared.counters.frame(self.draft.records, self.draft.bytes(), started.elapsed());
        self.offset += u32::try_from(self.draft.bytes()).expect("a frame fits a segment, at most 1 GiB");
        self.end =
            Some(End { segment: segment.number, offset: self.offset, sequence: self.sequence, checksum });
        self.sequence += 1;
        self.publish(&segment);
        if self.draft.frees {
            self.free_segments()?;
        }
        self.shared.evict();
        Ok(())
    }

    /// Readers may drop entries from memory only once they find them in the segment, so places come before waiters.
    fn publish(&mut self, segment: &Arc<Segment>) {
        for placed in self.draft.placed.drain(..) {
            let location =
                Location { segment: Arc::clone(segment), offset: placed.offset, bytes: placed.bytes };
            let mut state = placed.shard.state();
            match placed.ticket {
                Some(ticket) => state.stored(placed.index, ticket, location),
                None => state.moved(placed.index, location),
            }
        }
        for waiter in self.draft.waiters.drain(..) {
            waiter.complete(Ok(()));
        }
    }

    /// Lets the oldest segments go that hold no entry of any shard any more. What was written is synced, so no crash
    /// brings back a state that needs them.
    fn free_segments(&mut self) -> Result<(), Error> {
        let current = self.current().number;
        let needed = self.views.values().filter_map(View::oldest_segment).min().unwrap_or(current);
        while let Some(oldest) = self.segments.pop_front_if(|oldest| oldest.number < needed.min(current)) {
            self.supply.free(oldest)?;
        }
        self.shared.counters.segments(self.segments.len());
        self.decide_cleaning();
        Ok(())
    }
}

/// Every frame is synced before anybody is told of it, unless a bug is planted.
fn must_sync() -> bool {
    #[cfg(feature = "planted")]
    if engine::planted::has(engine::planted::Bug::AckBeforeSync) {
        return false;
    }
    true
}
