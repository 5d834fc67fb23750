//! The snapshots of a node.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::ShardId;

use super::error::Error;
use super::file::SnapshotFile;
use super::writer::SnapshotWriter;
use crate::disk::Disk;
use crate::types::SnapshotMeta;

/// What the name of a snapshot in the making ends in.
const UNFINISHED: &str = ".unfinished";

/// The snapshots of a node: at most one current file a shard. Clones are the same store.
#[derive(Clone)]
pub struct SnapshotStore {
    inner: Arc<Inner>,
}

struct Inner {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    /// The current snapshots that were checked or written since the store was opened.
    current: Mutex<BTreeMap<ShardId, SnapshotFile>>,
    started: AtomicU64,
}

impl SnapshotStore {
    /// Opens the store in `dir`, which is created if need be. What an earlier run left unfinished is removed. Nobody
    /// else may use the directory: see [`crate::data_dir::DataDir`].
    ///
    /// # Errors
    /// What the disk says.
    pub fn open(disk: Arc<dyn Disk>, dir: &Path) -> Result<SnapshotStore, Error> {
        disk.create_dir(dir).map_err(Error::io("create", dir))?;
        for name in disk.list(dir).map_err(Error::io("list", dir))? {
            if name.ends_with(UNFINISHED) {
                let path = dir.join(name);
                disk.remove(&path).map_err(Error::io("remove", path))?;
            }
        }
        disk.sync_dir(dir).map_err(Error::sync(dir))?;
        let (current, started) = (Mutex::default(), AtomicU64::new(0));
        Ok(SnapshotStore { inner: Arc::new(Inner { disk, dir: dir.to_owned(), current, started }) })
    }

    /// Starts a snapshot of `shard`. Several may be written at once.
    ///
    /// # Errors
    /// What the disk says.
    pub fn create(&self, shard: ShardId, meta: SnapshotMeta) -> Result<SnapshotWriter, Error> {
        let number = self.inner.started.fetch_add(1, Relaxed);
        let path = self.inner.dir.join(format!("shard-{:05}.{number}{UNFINISHED}", shard.0));
        let file = self.inner.disk.create(&path).map_err(Error::io("create", &path))?;
        SnapshotWriter::new(self.clone(), shard, file, path, meta)
    }

    /// The current snapshot of `shard`, if there is one. Blocks: the first call for a shard reads and checks all of it
    /// (about a second a gigabyte), later ones cost nothing.
    ///
    /// # Errors
    /// If the snapshot is damaged, naming the file and the place: what the log had up to it is purged, so going on
    /// without it would be forgetting. What the disk says.
    pub fn current(&self, shard: ShardId) -> Result<Option<SnapshotFile>, Error> {
        if let Some(known) = self.known().get(&shard) {
            return Ok(Some(known.clone()));
        }
        match SnapshotFile::open(&*self.inner.disk, &self.path(shard), shard) {
            Ok(file) => Ok(Some(self.known().entry(shard).or_insert(file).clone())),
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts the synced file at `path` in its place. `false` if a newer one is there, which stays.
    pub(super) fn put(&self, shard: ShardId, path: &Path, file: &SnapshotFile) -> Result<bool, Error> {
        self.current(shard)?;
        let mut known = self.known();
        if known.get(&shard).is_some_and(|known| known.meta().last_log_id > file.meta().last_log_id) {
            return Ok(false);
        }
        self.inner.disk.rename(path, &self.path(shard)).map_err(Error::io("rename", path))?;
        self.inner.disk.sync_dir(&self.inner.dir).map_err(Error::sync(&self.inner.dir))?;
        known.insert(shard, file.clone());
        Ok(true)
    }

    /// Removes an unfinished file; if that fails, opening the store will.
    pub(super) fn discard(&self, path: &Path) {
        if let Err(error) = self.inner.disk.remove(path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!("the unfinished snapshot {} cannot be removed: {error}", path.display());
        }
    }

    pub(super) fn path(&self, shard: ShardId) -> PathBuf {
        self.inner.dir.join(format!("shard-{:05}.snapshot", shard.0))
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<ShardId, SnapshotFile>> {
        self.inner.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
