//! Opening a log: every record of every segment, in order, gives the shards as they were.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use engine::ShardId;

use super::error::Error;
use super::frame;
use super::record::Record;
use super::segment::{PAGE_BYTES, Segment};
use super::shard::{Location, Shard, State};
use super::view::View;

/// What the frames read so far add up to.
#[derive(Default)]
pub(super) struct Replay {
    pub(super) views: BTreeMap<ShardId, View>,
    places: BTreeMap<ShardId, Places>,
    /// The sequence number that the next frame must have; unknown before the first.
    pub(super) next_sequence: Option<u64>,
}

/// Where the entries of one shard's extent are: `None` until a segment is found that holds the entry.
#[derive(Default)]
struct Places {
    first: u64,
    locations: VecDeque<Option<Location>>,
}

/// A frame that was read, and proved whole by its checksum.
pub(super) struct Frame<'a> {
    pub(super) segment: &'a Arc<Segment>,
    pub(super) offset: u32,
    pub(super) header: frame::Header,
    pub(super) bytes: Bytes,
}

impl Replay {
    /// Takes in the next frame.
    ///
    /// # Errors
    /// If its records contradict those before: what is missing or changed had been synced.
    pub(super) fn apply(&mut self, frame: &Frame<'_>) -> Result<(), Error> {
        let damaged = |at: usize, what: String| frame.segment.damaged(frame.offset + narrow(at), what);
        let end = frame::HEADER_BYTES + frame.header.body_bytes as usize;
        let mut at = frame::HEADER_BYTES;
        let mut unmet = self.shards_to_meet(frame);
        for _ in 0..frame.header.records {
            let rest = frame.bytes.slice(at..end);
            let (shard, record, len) =
                Record::decode(&rest, frame.segment.seed).map_err(|what| damaged(at, what))?;
            match record {
                Record::Checkpoint(_) if !frame.header.opens_segment => {
                    return Err(damaged(at, "a checkpoint stands inside a segment".to_owned()));
                }
                Record::Checkpoint(checkpoint) => {
                    let view = View::of_checkpoint(&checkpoint);
                    self.meet_checkpoint(shard, view).map_err(|what| damaged(at, what))?;
                    unmet.remove(&shard);
                }
                record => {
                    let location = Location {
                        segment: Arc::clone(frame.segment),
                        offset: frame.offset + narrow(at),
                        bytes: narrow(len),
                    };
                    self.apply_record(shard, &record, location).map_err(|what| damaged(at, what))?;
                }
            }
            at += len;
        }
        if at != end {
            return Err(damaged(at, "bytes are left over behind a frame's records".to_owned()));
        }
        if let Some(shard) = unmet.first() {
            return Err(damaged(frame::HEADER_BYTES, format!("there is no checkpoint of shard {shard}")));
        }
        self.next_sequence = Some(frame.header.sequence + 1);
        Ok(())
    }

    /// The shards that a frame must have checkpoints of.
    fn shards_to_meet(&self, frame: &Frame<'_>) -> BTreeSet<ShardId> {
        if frame.header.opens_segment { self.views.keys().copied().collect() } else { BTreeSet::new() }
    }

    /// The first checkpoint of a shard in the oldest segment is where it begins. Every later one must say what the
    /// records before it came to.
    fn meet_checkpoint(&mut self, shard: ShardId, of_checkpoint: View) -> Result<(), String> {
        if self.next_sequence.is_none() {
            let places = Places::missing(&of_checkpoint);
            self.places.insert(shard, places);
            self.views.insert(shard, of_checkpoint);
            return Ok(());
        }
        let known = self.views.get(&shard).cloned().unwrap_or_default();
        if known.checkpoint() == of_checkpoint.checkpoint() {
            Ok(())
        } else {
            Err(format!("the checkpoint of shard {shard} does not follow from the records before it"))
        }
    }

    fn apply_record(&mut self, shard: ShardId, record: &Record, location: Location) -> Result<(), String> {
        let view = self.views.entry(shard).or_default();
        view.apply(record, location.segment.number, location.bytes.into())?;
        let places = self.places.entry(shard).or_default();
        places.fit(view);
        if let Record::Append(entry) | Record::Again(entry) = record {
            places.set(entry.log_id.index, location);
        }
        Ok(())
    }

    /// The shards, once all frames are read.
    ///
    /// # Errors
    /// If an entry that a shard has is in none of the segments.
    pub(super) fn shards(&mut self, dir: &Path) -> Result<BTreeMap<ShardId, Arc<Shard>>, Error> {
        let mut shards = BTreeMap::new();
        for (&id, view) in &self.views {
            let places = self.places.remove(&id).unwrap_or_default();
            let first = places.first;
            let complete: Option<Vec<Location>> = places.locations.iter().cloned().collect();
            let complete = complete.ok_or_else(|| {
                let missing = places.locations.iter().take_while(|location| location.is_some()).count();
                Error::MissingEntry { shard: id, index: first + missing as u64, path: dir.to_owned() }
            })?;
            let state = State::recovered(view.vote, view.committed, view.extent.clone(), complete);
            shards.insert(id, Shard::new(id, state));
        }
        Ok(shards)
    }
}

impl Places {
    /// Of a checkpoint nothing but the extent is known; the entries must follow, written again.
    fn missing(view: &View) -> Places {
        let mut places = Places { first: view.extent.first, locations: VecDeque::new() };
        places.fit(view);
        places
    }

    /// Follows the view's extent: forgets what was purged or truncated, and makes room for what was appended.
    fn fit(&mut self, view: &View) {
        let (first, next) = (view.extent.first, view.extent.next);
        if self.locations.is_empty() {
            self.first = first;
        }
        let gone = usize::try_from(first - self.first).unwrap_or(usize::MAX).min(self.locations.len());
        self.locations.drain(..gone);
        self.first = first;
        self.locations.resize(usize::try_from(next - first).expect("it was counted in memory"), None);
    }

    fn set(&mut self, index: u64, location: Location) {
        let at = usize::try_from(index - self.first).expect("it was counted in memory");
        self.locations[at] = Some(location);
    }
}

/// Reads the frame at `offset` in `bytes`, the whole of `segment`, if it is whole and has the expected sequence
/// number; `None` expects any.
pub(super) fn frame_at<'a>(
    segment: &'a Arc<Segment>,
    bytes: &Bytes,
    offset: u32,
    expected: Option<u64>,
) -> Option<Frame<'a>> {
    let rest = bytes.get(offset as usize..)?;
    let header = frame::Header::decode(rest, segment.seed)?;
    let len = usize::try_from(header.frame_bytes()).ok()?;
    let whole = rest.get(..len).is_some_and(|frame| header.matches(frame, segment.seed));
    let in_turn = expected.is_none_or(|expected| expected == header.sequence);
    let in_place = header.opens_segment == (offset == PAGE_BYTES);
    (whole && in_turn && in_place).then(|| {
        let bytes = bytes.slice(offset as usize..offset as usize + len);
        Frame { segment, offset, header, bytes }
    })
}

fn narrow(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("a segment has at most 1 GiB")
}
