//! Backup: a snapshot of a shard that has all that was acknowledged before it was asked for.

use std::time::Duration;

use engine::ShardId;
use openraft::async_runtime::watch::WatchReceiver;
use tokio::time::Instant;

use super::{Node, Report};
use crate::blocking;
use crate::snapshot::SnapshotFile;

/// How often it is looked whether the snapshot is there.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How often a snapshot is asked for until it reaches as far as it must.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum NoSnapshot {
    /// There is no such shard.
    #[error("there is no such shard")]
    NoShard,
    /// No majority of the shard's members said how far its log is.
    #[error("no majority of the shard's members can be reached")]
    NoMajority,
    /// This node has not applied, or not written down, what it must have, in time.
    #[error("this node did not get as far as the shard's log in time")]
    Late,
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(String),
}

impl Node {
    /// A snapshot of `shard` at a committed position of its log, with everything in it that was acknowledged before this
    /// was called. Cost: writes the shard's state to the disk, unless nothing has changed since it was last written.
    ///
    /// # Errors
    /// [`NoSnapshot`] says why there is none.
    pub async fn snapshot(&self, shard: ShardId, deadline: Instant) -> Result<SnapshotFile, NoSnapshot> {
        let replica = self.replicas.get(usize::from(shard.0)).ok_or(NoSnapshot::NoShard)?;
        let reports = self.reports(shard, false, None).await;
        // Whatever was acknowledged is in the log of one of any majority.
        if !replica.roster.get().is_majority(&reports.iter().map(|report| report.node).collect()) {
            return Err(NoSnapshot::NoMajority);
        }
        let needed = reports.iter().map(|Report { last_log_index, .. }| *last_log_index).max().unwrap_or(0);
        let covered = || replica.raft.metrics().borrow_watched().snapshot.map_or(0, |last| last.index);
        let mut asked: Option<Instant> = None;
        while covered() < needed {
            if Instant::now() >= deadline {
                return Err(NoSnapshot::Late);
            }
            // One that was being written when it was asked for does not reach as far.
            let is_due = asked.is_none_or(|asked| asked.elapsed() >= ASK_EVERY);
            if is_due && replica.stats.applied_index() >= needed {
                let asking = replica.raft.trigger().snapshot().await;
                asking.map_err(|fatal| NoSnapshot::Unreadable(fatal.to_string()))?;
                asked = Some(Instant::now());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let snapshots = self.snapshots.clone();
        let current = blocking::run(move || snapshots.current(shard)).await;
        let current = current.map_err(|error| NoSnapshot::Unreadable(error.to_string()))?;
        let current = current.map_err(|error| NoSnapshot::Unreadable(error.to_string()))?;
        current.ok_or(NoSnapshot::Late)
    }
}
