//! The log of a node: opening it, handing out its shards, closing it.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use engine::ShardId;
use tokio::sync::watch;

use super::driver::Driver;
use super::error::Error;
use super::mark::Mark;
use super::options::Options;
use super::preparer::Preparer;
use super::recovery::{Recovered, recover};
use super::segment;
use super::shard_log::ShardLog;
use super::shared::Shared;
use super::stats::Stats;
use super::supply::Supply;
use super::writer::{Position, Writer};
use crate::blocking;
use crate::disk::Disk;

/// The log of a node, shared by its shards. Dropping it closes it, and blocks for as long as [`Log::close`] waits.
pub struct Log {
    driver: Arc<Driver>,
}

impl Log {
    /// Opens the log in `dir`, which is created if need be. Nobody else may use the directory: see
    /// [`crate::data_dir::DataDir`]. Blocks: it reads all segments (about a second a gigabyte), and makes the first
    /// one if there is none.
    ///
    /// # Errors
    /// If anything that was ever synced is damaged or missing, naming the file and the place; if the log was closed in
    /// order and does not end where it did then; if the options are wrong; what the disk says.
    pub fn open(disk: Arc<dyn Disk>, dir: &Path, options: Options) -> Result<Log, Error> {
        options.check()?;
        disk.create_dir(dir).map_err(Error::io("create", dir))?;
        let recovered = recover(&*disk, dir)?;
        let mark = Mark::new(Arc::clone(&disk), dir);
        mark.check(recovered.end, recovered.torn)?;
        let Recovered { mut replay, mut segments, mut left_over, mut offset, end, torn } = recovered;
        tell_torn(dir, torn);
        drop_misfits(&*disk, dir, &mut left_over, options.segment_bytes)?;
        let last =
            left_over.back().map(|segment| segment.number).or(segments.back().map(|segment| segment.number));
        let next_number = last.map_or(1, |last| last + 1);
        let mut preparer = Preparer::open(Arc::clone(&disk), dir, options.segment_bytes, next_number)?;
        if segments.is_empty() {
            let first = left_over.pop_front().map_or_else(|| preparer.prepare(), Ok)?;
            segments.push_back(Arc::new(first));
            offset = segment::PAGE_BYTES;
        }
        let shared = Shared::new(options, replay.shards(dir)?);
        // From here on the log may be written.
        mark.remove()?;
        let supply = Supply::start(preparer, left_over, Arc::clone(&shared))?;
        let sequence = replay.next_sequence.unwrap_or(1);
        let end = end.filter(|_| torn.is_none());
        let position = Position { segments, offset, sequence, end, views: replay.views };
        let writer = Writer::new(Arc::clone(&shared), supply, mark, position);
        let driver = Arc::new(Driver::start(shared, writer, dir)?);
        #[cfg(feature = "simulation")]
        driver.write_later();
        Ok(Log { driver })
    }

    /// The log of shard `id`; a new one is empty. One openraft group at a time may write to it.
    pub fn shard(&self, id: ShardId) -> ShardLog {
        ShardLog { shard: self.driver.shared.shard(id), driver: Arc::clone(&self.driver) }
    }

    /// The largest entry that it takes, in bytes.
    pub fn entry_bytes_max(&self) -> usize {
        self.driver.shared.options.entry_bytes_max()
    }

    /// Why the next segment cannot be prepared, for as long as it cannot: what there is takes about a segment more, and it
    /// is tried again every second. When it is used up the log cannot go on.
    pub fn shortage(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.driver.shared.shortage()
    }

    /// What the log counts.
    pub fn stats(&self) -> Stats {
        self.driver.shared.stats()
    }

    /// Writes and syncs what is queued, with the last known commit of every shard, and ends the log's threads. Calls
    /// to its shards fail from then on. A failure to write goes the way of all such failures, see
    /// [`Options::on_fatal`]. If there was none, a mark is left of where the log ends: the next [`Log::open`] takes
    /// nothing else.
    pub async fn close(self) {
        let closing = blocking::run(move || drop(self));
        if let Err(error) = closing.await {
            tracing::error!("closing the log failed: {error}");
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.driver.close();
    }
}

fn tell_torn(dir: &Path, torn: Option<(u64, u32)>) {
    if let Some((number, offset)) = torn {
        let path = segment::path(dir, number);
        tracing::warn!(
            "the last frame, at byte {offset} of {}, is torn; nobody was told of it, so it is cut",
            path.display()
        );
    }
}

/// Removes prepared segments that have another length than is asked for now, from the last on, so that no gap appears.
fn drop_misfits(
    disk: &dyn Disk,
    dir: &Path,
    left_over: &mut VecDeque<segment::Segment>,
    segment_bytes: u32,
) -> Result<(), Error> {
    if left_over.iter().all(|segment| segment.bytes == segment_bytes) {
        return Ok(());
    }
    while let Some(segment) = left_over.pop_back() {
        disk.remove(&segment.path).map_err(Error::io("remove", &segment.path))?;
        disk.sync_dir(dir).map_err(Error::sync(dir))?;
    }
    Ok(())
}
