//! The snapshots of a node.

use std::path::Path;
use std::sync::Arc;

use engine::ShardId;

use super::directory::Directory;
use super::error::Error;
use super::file::SnapshotFile;
use super::writer::SnapshotWriter;
use crate::disk::Disk;
use crate::types::SnapshotMeta;

/// The snapshots of a node: at most one current file a shard. Clones are the same store.
#[derive(Clone)]
pub struct SnapshotStore {
    directory: Arc<Directory>,
}

impl SnapshotStore {
    /// Opens the store in `dir`, which is created if need be. What an earlier run left unfinished is removed. Nobody
    /// else may use the directory: see [`crate::data_dir::DataDir`].
    ///
    /// # Errors
    /// What the disk says.
    pub fn open(disk: Arc<dyn Disk>, dir: &Path) -> Result<SnapshotStore, Error> {
        Ok(SnapshotStore { directory: Arc::new(Directory::open(disk, dir)?) })
    }

    /// Where the files are.
    pub fn dir(&self) -> &Path {
        self.directory.path()
    }

    /// Starts a snapshot of `shard`. Several may be written at once.
    ///
    /// # Errors
    /// What the disk says.
    pub fn create(&self, shard: ShardId, meta: SnapshotMeta) -> Result<SnapshotWriter, Error> {
        SnapshotWriter::new(Arc::clone(&self.directory), shard, meta)
    }

    /// The current snapshot of `shard`, if there is one. Blocks: the first call for a shard reads and checks all of it
    /// (about a second a gigabyte), later ones cost nothing.
    ///
    /// # Errors
    /// If the snapshot is damaged, naming the file and the place: what the log had up to it is purged, so going on
    /// without it would be forgetting. What the disk says.
    pub fn current(&self, shard: ShardId) -> Result<Option<SnapshotFile>, Error> {
        self.directory.current(shard)
    }
}
