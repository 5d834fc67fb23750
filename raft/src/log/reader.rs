//! The log of one shard, as openraft reads it.

use std::fmt::Debug;
use std::io;
use std::ops::{Bound, RangeBounds, RangeInclusive};

use futures_util::{Stream, stream};
use openraft::OptionalSend;
use openraft::storage::RaftLogReader;

use super::options::Drive;
use super::read;
use super::shard::{Found, State, entry_bytes};
use super::shard_log::ShardLog;
use crate::blocking;
use crate::types::{Entry, LogId, Types, Vote};

/// [`RaftLogReader::limited_get_log_entries`], and each step of a stream, return at most so many bytes, but at least
/// one entry.
const READ_BYTES_MAX: usize = 4 << 20;

impl ShardLog {
    /// The entries `from..to` that the log has, from the front, up to `bytes_max` but at least one.
    async fn read(&self, from: u64, to: u64, bytes_max: usize) -> io::Result<Vec<Entry>> {
        let found = find(&self.shard.state(), from, to, bytes_max);
        let recent = found.iter().filter(|found| matches!(found, Found::Recent(_))).count();
        let reread = found.len() - recent;
        if reread == 0 || self.driver.shared.options.drive == Drive::Caller {
            self.driver.shared.counters.reread(reread);
            return read::all(self.shard.id, found);
        }
        self.driver.shared.counters.reread(reread);
        let shard = self.shard.id;
        blocking::run(move || read::all(shard, found)).await?
    }

    /// The next step of a stream: nothing once all of `from..to` was given, or the log ends before.
    async fn step(
        self,
        from: u64,
        to: u64,
        begun: bool,
    ) -> io::Result<Option<(Vec<Entry>, (ShardLog, u64))>> {
        let entries = self.read(from, to, READ_BYTES_MAX).await?;
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(None) };
        if begun && first.log_id.index != from {
            let what = format!("shard {}: entry {from} was removed while it was read", self.shard.id);
            return Err(io::Error::other(what));
        }
        let next = last.log_id.index + 1;
        Ok(Some((entries, (self, next))))
    }
}

/// Cheap, and under the shard's lock: what is not in memory is only located.
fn find(state: &State, from: u64, to: u64, bytes_max: usize) -> Vec<Found> {
    let mut bytes = 0;
    let mut all = Vec::new();
    for index in from.max(state.extent.first)..to.min(state.extent.next) {
        let found = state.find(index).expect("the extent has the entry, so it has a place");
        bytes += match &found {
            Found::Recent(entry) => entry_bytes(entry),
            Found::Stored(_, location) => location.bytes as usize,
        };
        if bytes > bytes_max && !all.is_empty() {
            break;
        }
        all.push(found);
    }
    all
}

/// `range` as `from..to`.
fn half_open(range: &impl RangeBounds<u64>) -> (u64, u64) {
    let from = match range.start_bound() {
        Bound::Included(from) => *from,
        Bound::Excluded(before) => before.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let to = match range.end_bound() {
        Bound::Included(last) => last.saturating_add(1),
        Bound::Excluded(to) => *to,
        Bound::Unbounded => u64::MAX,
    };
    (from, to)
}

impl RaftLogReader<Types> for ShardLog {
    /// Entries that are no longer in memory are read from segments, on a blocking thread.
    async fn try_get_log_entries<RB>(&mut self, range: RB) -> io::Result<Vec<Entry>>
    where
        RB: RangeBounds<u64> + Clone + Debug + OptionalSend,
    {
        let (from, to) = half_open(&range);
        self.read(from, to, usize::MAX).await
    }

    async fn read_vote(&mut self) -> io::Result<Option<Vote>> {
        Ok(self.shard.state().vote)
    }

    async fn limited_get_log_entries(&mut self, start: u64, end: u64) -> io::Result<Vec<Entry>> {
        self.read(start, end, READ_BYTES_MAX).await
    }

    /// Reads a few megabytes at a time: what is to be applied after a long absence need not fit memory.
    async fn entries_stream<RB>(&mut self, range: RB) -> impl Stream<Item = io::Result<Entry>> + OptionalSend
    where
        RB: RangeBounds<u64> + Clone + Debug + OptionalSend,
    {
        let (from, to) = half_open(&range);
        let log = self.clone();
        let steps = stream::try_unfold((log, from, false), move |(log, next, begun)| async move {
            let step = log.step(next, to, begun).await?;
            Ok::<_, io::Error>(step.map(|(entries, (log, next))| (entries, (log, next, true))))
        });
        let entries =
            futures_util::TryStreamExt::map_ok(steps, |entries| stream::iter(entries.into_iter().map(Ok)));
        Box::pin(futures_util::TryStreamExt::try_flatten(entries))
    }

    /// Needs no entries: the log remembers who proposed which.
    async fn get_key_log_ids(&mut self, range: RangeInclusive<LogId>) -> io::Result<Vec<LogId>> {
        let (first, last) = (*range.start(), *range.end());
        Ok(self.shard.state().extent.last_of_each_leader(first.index, last.index))
    }
}
