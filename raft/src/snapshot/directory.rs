//! The directory that the snapshots are in: which file is current, and what is in the making.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::ShardId;

use super::error::Error;
use super::file::SnapshotFile;
use crate::disk::{Disk, File};

/// What the name of a snapshot in the making ends in.
const UNFINISHED: &str = ".unfinished";

/// The directory of a node's snapshots.
pub(super) struct Directory {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    /// The current snapshots that were checked or written since the directory was opened.
    current: Mutex<BTreeMap<ShardId, SnapshotFile>>,
    started: AtomicU64,
}

impl Directory {
    /// Opens the directory, which is created if need be, and removes what an earlier run left unfinished.
    pub(super) fn open(disk: Arc<dyn Disk>, dir: &Path) -> Result<Directory, Error> {
        disk.create_dir(dir).map_err(Error::io("create", dir))?;
        for name in disk.list(dir).map_err(Error::io("list", dir))? {
            if name.ends_with(UNFINISHED) {
                let path = dir.join(name);
                disk.remove(&path).map_err(Error::io("remove", path))?;
            }
        }
        disk.sync_dir(dir).map_err(Error::sync(dir))?;
        Ok(Directory { disk, path: dir.to_owned(), current: Mutex::default(), started: AtomicU64::new(0) })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A file for a snapshot in the making, and where it is.
    pub(super) fn begin(&self, shard: ShardId) -> Result<(Arc<dyn File>, PathBuf), Error> {
        let number = self.started.fetch_add(1, Relaxed);
        let path = self.path.join(format!("shard-{:05}.{number}{UNFINISHED}", shard.0));
        let file = self.disk.create(&path).map_err(Error::io("create", &path))?;
        Ok((file, path))
    }

    /// The current snapshot of `shard`, checked whole when it is first asked for.
    pub(super) fn current(&self, shard: ShardId) -> Result<Option<SnapshotFile>, Error> {
        if let Some(known) = self.known().get(&shard) {
            return Ok(Some(known.clone()));
        }
        match SnapshotFile::open(&*self.disk, &self.path_of(shard), shard) {
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
        self.disk.rename(path, &self.path_of(shard)).map_err(Error::io("rename", path))?;
        self.disk.sync_dir(&self.path).map_err(Error::sync(&self.path))?;
        known.insert(shard, file.clone());
        Ok(true)
    }

    /// Removes an unfinished file; if that fails, opening the directory will.
    pub(super) fn discard(&self, path: &Path) {
        if let Err(error) = self.disk.remove(path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!("the unfinished snapshot {} cannot be removed: {error}", path.display());
        }
    }

    /// Where the current snapshot of `shard` is.
    pub(super) fn path_of(&self, shard: ShardId) -> PathBuf {
        self.path.join(format!("shard-{:05}.snapshot", shard.0))
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<ShardId, SnapshotFile>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
