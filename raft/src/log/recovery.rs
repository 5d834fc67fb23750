//! Where the log ends: a torn frame at the very end is cut, damage before it refuses.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::error::Error;
use super::frame;
use super::mark::End;
use super::replay::{Replay, frame_at};
use super::segment::{self, PAGE_BYTES, Segment};
use crate::disk::Disk;

/// A log that was read to its end.
pub(super) struct Recovered {
    pub(super) replay: Replay,
    /// The segments with frames, oldest first; the last one is to be written on. None if nothing was ever written.
    pub(super) segments: VecDeque<Arc<Segment>>,
    /// Prepared segments behind them.
    pub(super) left_over: VecDeque<Segment>,
    /// Where the next frame begins in the last of `segments`.
    pub(super) offset: u32,
    /// The last frame. None if nothing was ever written.
    pub(super) end: Option<End>,
    /// In which segment, and where, something begins behind the end that was to be a frame. Nothing was written since
    /// it was torn: what comes next either takes its place or its sequence number.
    pub(super) torn: Option<(u64, u32)>,
}

/// Reads the segments in `dir`.
///
/// # Errors
/// If anything that was ever synced is damaged or missing.
pub(super) fn recover(disk: &dyn Disk, dir: &Path) -> Result<Recovered, Error> {
    let numbers = segment::numbers(disk, dir)?;
    let segments = numbers.into_iter().map(|number| Segment::open(disk, dir, number).map(Arc::new));
    let segments = segments.collect::<Result<Vec<_>, Error>>()?;
    let replay = Replay::default();
    let mut reader = Reader { segments: &segments, replay, at: 0, offset: PAGE_BYTES, end: None, torn: None };
    reader.read_all()?;
    disk.sync_dir(dir).map_err(Error::sync(dir))?;
    let Reader { replay, at, offset, end, torn, .. } = reader;
    let used = if replay.next_sequence.is_some() { at + 1 } else { 0 };
    let mut segments = VecDeque::from(segments);
    let left_over = segments.split_off(used).into_iter().filter_map(Arc::into_inner).collect();
    Ok(Recovered { replay, segments, left_over, offset, end, torn })
}

struct Reader<'a> {
    segments: &'a [Arc<Segment>],
    replay: Replay,
    /// The segment that holds the last frame read.
    at: usize,
    /// Where that frame ends.
    offset: u32,
    end: Option<End>,
    torn: Option<(u64, u32)>,
}

impl Reader<'_> {
    fn read_all(&mut self) -> Result<(), Error> {
        for (at, segment) in self.segments.iter().enumerate() {
            let bytes = read_whole(segment)?;
            if frame_at(segment, &bytes, PAGE_BYTES, self.replay.next_sequence).is_none() {
                return self.end_before(at);
            }
            (self.at, self.offset) = (at, PAGE_BYTES);
            self.read_segment(segment, &bytes)?;
        }
        Ok(())
    }

    /// Reads the frames of one segment up to the first place where there is none.
    fn read_segment(&mut self, segment: &Arc<Segment>, bytes: &Bytes) -> Result<(), Error> {
        while let Some(frame) = frame_at(segment, bytes, self.offset, self.replay.next_sequence) {
            self.replay.apply(&frame)?;
            self.offset += u32::try_from(frame.bytes.len()).expect("a frame is within its segment");
            self.end = Some(End {
                segment: segment.number,
                offset: self.offset,
                sequence: frame.header.sequence,
                checksum: frame::checksum(&frame.bytes),
            });
            self.torn = None;
        }
        self.check_nothing_follows(segment, bytes, self.offset)
    }

    /// Nothing may follow a place where no frame is: frame n + 1 was never written before frame n was synced. A header
    /// is proof enough, for what it heads may be damaged as well.
    fn check_nothing_follows(&mut self, segment: &Segment, bytes: &Bytes, from: u32) -> Result<(), Error> {
        let torn = bytes.get(from as usize..).and_then(|bytes| frame::Header::decode(bytes, segment.seed));
        if torn.is_some_and(|header| header.sequence == self.expected()) {
            self.torn.get_or_insert((segment.number, from));
        }
        match self.first_later_frame(segment, bytes, from) {
            Some((offset, sequence)) => Err(self.damaged(format!(
                "no frame can be read here, but {} holds frame {sequence} at byte {offset}",
                segment.path.display()
            ))),
            None => Ok(()),
        }
    }

    /// The sequence number that the next frame has, if there is one; a log begins with 1.
    fn expected(&self) -> u64 {
        self.replay.next_sequence.unwrap_or(1)
    }

    fn first_later_frame(&self, segment: &Segment, bytes: &Bytes, from: u32) -> Option<(u32, u64)> {
        let expected = self.expected();
        (from..segment.bytes).step_by(PAGE_BYTES as usize).find_map(|offset| {
            let header = frame::Header::decode(&bytes[offset as usize..], segment.seed)?;
            (header.sequence > expected).then_some((offset, header.sequence))
        })
    }

    fn damaged(&self, what: String) -> Error {
        self.segments[self.at].damaged(self.offset, what)
    }

    /// The log ends before segment `at`, unless frames later than the last one read are there or behind.
    fn end_before(&mut self, at: usize) -> Result<(), Error> {
        let nothing_read = self.replay.next_sequence.is_none();
        if nothing_read && self.segments[0].number != 1 {
            return Err(self.damaged("the oldest segment does not begin with a frame".to_owned()));
        }
        for (later, segment) in self.segments.iter().enumerate().skip(at) {
            let bytes = read_whole(segment)?;
            let found = self.first_later_frame(segment, &bytes, PAGE_BYTES);
            if later == at && found.is_some_and(|(offset, _)| offset != PAGE_BYTES) {
                // The segment has later frames but not its first one, so the damage is there.
                (self.at, self.offset) = (at, PAGE_BYTES);
            }
            self.check_nothing_follows(segment, &bytes, PAGE_BYTES)?;
        }
        Ok(())
    }
}

/// Reads what the device has. A process that was killed may have left its last frame unsynced, and one that died of a
/// failed sync may have left it in memory only, where it looks as if it were on the device and later syncs pass it by:
/// nobody may rely on either.
fn read_whole(segment: &Segment) -> Result<Bytes, Error> {
    let mut bytes = vec![0; segment.bytes as usize];
    segment.file.sync().map_err(Error::sync(&segment.path))?;
    segment.file.forget_cached().map_err(Error::io("read around the cache of", &segment.path))?;
    segment.file.read_at(0, &mut bytes).map_err(Error::io("read", &segment.path))?;
    Ok(bytes.into())
}
