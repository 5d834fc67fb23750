//! Writes the last entries of an old segment again, so that shards which rarely write do not pin it for ever.

use std::sync::Arc;

use super::draft::Placed;
use super::read;
use super::record::Record;
use super::segment::Segment;
use super::shard::{Found, Shard};
use super::view::Span;
use super::writer::Writer;
use crate::types::Entry;

/// With fewer segments there is nothing worth cleaning.
const SEGMENTS_MIN: usize = 4;
/// How many bytes a frame may carry for cleaning, beside half of what it carries anyway: this bounds what a waiting
/// caller pays, and still frees segments faster than they fill.
const FRAME_BYTES: usize = 128 << 10;

impl Writer {
    /// Cleaning goes on while less than half of what is stored is still in use. Then each byte that is written again
    /// frees at least another one.
    pub(super) fn decide_cleaning(&mut self) {
        let stored: u64 = self.segments.iter().map(|segment| u64::from(segment.bytes)).sum();
        let live: u64 = self.views.values().map(super::view::View::live_bytes).sum();
        self.cleaning = self.segments.len() >= SEGMENTS_MIN && live < stored / 2;
    }

    /// Adds entries of the oldest segment to the frame, if there is need and room.
    pub(super) fn clean(&mut self) {
        if !self.cleaning {
            return;
        }
        let oldest = Arc::clone(&self.segments[0]);
        let limit = self.draft.bytes() + self.draft.bytes() / 2 + FRAME_BYTES;
        for (shard, span) in self.spans_in(&oldest) {
            for index in span.first..span.next {
                if self.draft.bytes() >= limit || !self.write_again(&shard, index, &oldest) {
                    break;
                }
            }
        }
        self.draft.frees = true;
    }

    fn spans_in(&self, segment: &Segment) -> Vec<(Arc<Shard>, Span)> {
        let of_all =
            self.views.iter().flat_map(|(shard, view)| view.spans.iter().map(move |span| (*shard, *span)));
        let inside = of_all.filter(|(_, span)| span.segment == segment.number);
        inside.map(|(shard, span)| (self.shared.shard(shard), span)).collect()
    }

    /// `false` if the entry did not fit, or is about to go by itself.
    fn write_again(&mut self, shard: &Arc<Shard>, index: u64, segment: &Arc<Segment>) -> bool {
        // A purge or truncation that is queued behind this frame frees the entry; until then nothing is to be done.
        let Some(entry) = fetch(shard, index, segment) else { return false };
        let Some((offset, bytes)) = self.encode(shard.id, &Record::Again(entry)) else { return false };
        self.draft.placed.push(Placed { shard: Arc::clone(shard), index, ticket: None, offset, bytes });
        self.shared.counters.again();
        true
    }
}

fn fetch(shard: &Shard, index: u64, segment: &Segment) -> Option<Entry> {
    let found = shard.state().find_in_segment(index, segment.number)?;
    match found {
        Found::Recent(entry) => Some(entry),
        Found::Stored(index, location) => match read::one(shard.id, index, &location) {
            Ok(entry) => Some(entry),
            Err(error) => {
                // The segment stays, and whoever reads the entry, or opens the log, is told the same.
                tracing::error!("an entry cannot be written again: {error}");
                None
            }
        },
    }
}
