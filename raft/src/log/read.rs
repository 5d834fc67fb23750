//! Reading entries back from segments.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use engine::ShardId;

use super::record::Record;
use super::shard::{Found, Location};
use crate::types::Entry;

/// Entries that are next to each other in a segment are read at once, up to so many bytes.
const READ_BYTES_MAX: u32 = 4 << 20;
/// Bytes of other shards between two entries that are read along rather than skipped.
const GAP_BYTES_MAX: u32 = 16 << 10;

/// Turns what was found into entries; blocks while it reads.
pub(super) fn all(shard: ShardId, found: Vec<Found>) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::with_capacity(found.len());
    let mut run: Vec<(u64, Location)> = Vec::new();
    for one in found {
        match one {
            Found::Stored(index, location) => {
                if !extends(&run, &location) {
                    read_run(shard, &mut run, &mut entries)?;
                }
                run.push((index, location));
            }
            Found::Recent(entry) => {
                read_run(shard, &mut run, &mut entries)?;
                entries.push(entry);
            }
        }
    }
    read_run(shard, &mut run, &mut entries)?;
    Ok(entries)
}

/// Reads one entry; blocks.
pub(super) fn one(shard: ShardId, index: u64, location: &Location) -> io::Result<Entry> {
    let bytes = bytes_of(location, location.offset, location.bytes)?;
    decode(shard, index, location, &bytes)
}

/// Whether `location` is to be read together with `run`.
fn extends(run: &[(u64, Location)], location: &Location) -> bool {
    let (Some((_, first)), Some((_, last))) = (run.first(), run.last()) else { return true };
    let gap = location.offset.checked_sub(last.offset + last.bytes);
    Arc::ptr_eq(&last.segment, &location.segment)
        && gap.is_some_and(|gap| gap <= GAP_BYTES_MAX)
        && location.offset + location.bytes - first.offset <= READ_BYTES_MAX
}

fn read_run(shard: ShardId, run: &mut Vec<(u64, Location)>, entries: &mut Vec<Entry>) -> io::Result<()> {
    let (Some((_, first)), Some((_, last))) = (run.first(), run.last()) else { return Ok(()) };
    let start = first.offset;
    let bytes = bytes_of(first, start, last.offset + last.bytes - start)?;
    for (index, location) in run.drain(..) {
        let from = (location.offset - start) as usize;
        let record = bytes.slice(from..from + location.bytes as usize);
        entries.push(decode(shard, index, &location, &record)?);
    }
    Ok(())
}

fn bytes_of(location: &Location, offset: u32, bytes: u32) -> io::Result<Bytes> {
    let segment = &location.segment;
    let mut buffer = vec![0; bytes as usize];
    segment.file.read_at(offset.into(), &mut buffer).map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("cannot read {} at byte {offset}: {error}", segment.path.display()),
        )
    })?;
    Ok(buffer.into())
}

fn decode(shard: ShardId, index: u64, location: &Location, record: &Bytes) -> io::Result<Entry> {
    let damaged = |what: String| {
        let error = location.segment.damaged(location.offset, what);
        io::Error::new(io::ErrorKind::InvalidData, error.to_string())
    };
    match Record::decode(record, location.segment.seed).map_err(damaged)? {
        (found, Record::Append(entry) | Record::Again(entry), _)
            if found == shard && entry.log_id.index == index =>
        {
            Ok(entry)
        }
        _ => Err(damaged(format!("entry {index} of shard {shard} should be here"))),
    }
}
