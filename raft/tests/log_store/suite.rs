//! openraft's own suite for stores, with the least state machine that it needs.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{Stream, TryStreamExt};
use openraft::entry::RaftEntry;
use openraft::storage::{EntryResponder, RaftSnapshotBuilder, RaftStateMachine, Snapshot};
use openraft::testing::log::{StoreBuilder, Suite};
use openraft::type_config::alias::SnapshotOf;
use openraft::{OptionalSend, StorageError};
use raft::disk::{Disk, RealDisk, SimDisk};
use raft::log::{Drive, Log, Options, ShardLog};
use raft::types::{LogId, SnapshotMeta, StoredMembership, Types};

use crate::support::*;

/// Remembers what was applied last, and no more. Its snapshots are their meta.
#[derive(Clone, Default)]
struct Machine {
    applied: Option<LogId>,
    membership: StoredMembership,
    snapshot: Arc<std::sync::Mutex<Option<SnapshotMeta>>>,
}

impl RaftStateMachine<Types> for Machine {
    type SnapshotData = ();
    type SnapshotBuilder = Machine;

    async fn applied_state(&mut self) -> io::Result<(Option<LogId>, StoredMembership)> {
        Ok((self.applied, self.membership.clone()))
    }

    async fn apply<S>(&mut self, mut entries: S) -> io::Result<()>
    where
        S: Stream<Item = io::Result<EntryResponder<Types>>> + Unpin + OptionalSend,
    {
        while let Some((entry, responder)) = entries.try_next().await? {
            self.applied = Some(entry.log_id);
            if let Some(membership) = entry.get_membership() {
                self.membership = StoredMembership::new(Some(entry.log_id), membership);
            }
            if let Some(responder) = responder {
                responder.send(());
            }
        }
        Ok(())
    }

    async fn get_snapshot_builder(&mut self) -> Machine {
        self.clone()
    }

    async fn install_snapshot(&mut self, meta: &SnapshotMeta, _content: ()) -> io::Result<()> {
        (self.applied, self.membership) = (meta.last_log_id, meta.last_membership.clone());
        *self.snapshot.lock().unwrap() = Some(meta.clone());
        Ok(())
    }

    async fn get_current_snapshot(&mut self) -> io::Result<Option<SnapshotOf<Types, ()>>> {
        let meta = self.snapshot.lock().unwrap().clone();
        Ok(meta.map(|meta| Snapshot { meta, snapshot: () }))
    }
}

impl RaftSnapshotBuilder<Types> for Machine {
    type SnapshotData = ();

    async fn build_snapshot(&mut self) -> io::Result<SnapshotOf<Types, ()>> {
        let meta = SnapshotMeta { last_log_id: self.applied, last_membership: self.membership.clone() };
        *self.snapshot.lock().unwrap() = Some(meta.clone());
        Ok(Snapshot { meta, snapshot: () })
    }
}

/// Each test gets a fresh shard. With `reopens`, of a log that was closed and opened again just before.
struct Builder {
    disk: Arc<dyn Disk>,
    dir: tempfile::TempDir,
    drive: Drive,
    reopens: bool,
    built: AtomicU64,
}

impl Builder {
    fn new(disk: impl Disk, drive: Drive, reopens: bool) -> Builder {
        let dir = tempfile::tempdir().unwrap();
        Builder { disk: Arc::new(disk), dir, drive, reopens, built: AtomicU64::new(0) }
    }

    fn open(&self, dir: &Path) -> Log {
        let options = Options { cache_bytes: 200, ..options(self.drive) };
        Log::open(Arc::clone(&self.disk), dir, options).unwrap()
    }
}

impl StoreBuilder<Types, ShardLog, Machine, Log> for Builder {
    async fn build(&self) -> Result<(Log, ShardLog, Machine), StorageError<Types>> {
        let number = self.built.fetch_add(1, Ordering::Relaxed);
        let dir = self.dir.path().join(number.to_string());
        let mut log = self.open(&dir);
        if self.reopens {
            append(&mut shard(&log, 9), entries(1, 0..3, 100)).await.unwrap();
            log.close().await;
            log = self.open(&dir);
        }
        let store = shard(&log, 1);
        Ok((log, store, Machine::default()))
    }
}

#[tokio::test(start_paused = true)]
async fn openrafts_suite_passes_on_the_real_disk() {
    Suite::test_all(Builder::new(RealDisk, Drive::Threads, false)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn openrafts_suite_passes_on_a_log_opened_again() {
    Suite::test_all(Builder::new(RealDisk, Drive::Threads, true)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn openrafts_suite_passes_without_threads() {
    Suite::test_all(Builder::new(SimDisk::new(), Drive::Caller, true)).await.unwrap();
}
