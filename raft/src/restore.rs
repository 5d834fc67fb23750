//! Restoring: the data directory of a new cluster's node, made of snapshots of another cluster.
//!
//! The state is the snapshot's, and so is its place in the log; who belongs to the group is new, and so are the terms:
//! what led before means nothing here.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::ShardId;
use openraft::BasicNode;

use crate::data_dir::{DataDir, Owner};
use crate::disk::{Disk, RealDisk};
use crate::shard::machine;
use crate::snapshot::{self, SnapshotFile, SnapshotStore};
use crate::types::{LeaderId, LogId, NodeId, SnapshotMeta, StoredMembership};

/// How much is copied at once.
const COPY_BYTES: usize = 1 << 20;

/// Why a data directory was not made. Nothing is left behind that a node would start with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is something there already.
    #[error("{path} is there already: restore makes a new node's directory; move it away, or name another one", path = .path.display())]
    NotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// A snapshot is damaged, or the disk says something.
    #[error(transparent)]
    Snapshot(#[from] snapshot::Error),
    /// The directory cannot be begun.
    #[error(transparent)]
    DataDir(#[from] crate::data_dir::Error),
    /// A snapshot's content is not a shard's state.
    #[error("{path}: {source}", path = .path.display())]
    State {
        /// The snapshot.
        path: PathBuf,
        /// What is wrong.
        source: io::Error,
    },
    /// The operating system refused something.
    #[error("cannot {what} {path}: {source}", path = .path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A snapshot that is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The index of the log that it covers.
    pub log_index: u64,
    /// How long the file is.
    pub bytes: u64,
    /// CRC-32C of the file.
    pub crc32c: u32,
}

/// CRC-32C of bytes.
pub fn crc32c(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes)
}

/// Opens the snapshot of `shard` at `path`, and checks all of it. Blocks.
///
/// # Errors
/// If it is damaged, naming the file and the place, or does not hold that shard's state.
pub fn check(path: &Path, shard: ShardId) -> Result<Checked, Error> {
    let file = SnapshotFile::open(&RealDisk, path, shard)?;
    machine::load(shard, &file).map_err(|source| Error::State { path: path.to_owned(), source })?;
    let (mut crc32c, mut offset) = (0, 0);
    loop {
        let piece = file.file_at(offset, COPY_BYTES)?;
        if piece.is_empty() {
            break;
        }
        crc32c = crc32c::crc32c_append(crc32c, &piece);
        offset += piece.len() as u64;
    }
    Ok(Checked { log_index: file.meta().last_log_id.map_or(0, |last| last.index), bytes: offset, crc32c })
}

/// Makes the directory at `data` for `owner`, whose group are `members`, of the snapshots of all its shards, in order. It is
/// there whole, or not at all. Blocks.
///
/// # Errors
/// [`Error`] names what stands in the way.
pub fn restore(
    data: &Path,
    owner: &Owner,
    members: &BTreeMap<NodeId, String>,
    snapshots: &[PathBuf],
) -> Result<(), Error> {
    let io = |what: &'static str, path: &Path| {
        let path = path.to_owned();
        move |source| Error::Io { what, path, source }
    };
    if std::fs::read_dir(data).is_ok_and(|mut inside| inside.next().is_some()) {
        return Err(Error::NotEmpty { path: data.to_owned() });
    }
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    // A bare name has an empty parent, which is no directory to be opened.
    let parent = data.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new(".")).to_owned();
    let mut aside = data.as_os_str().to_owned();
    aside.push(".restoring");
    let aside = PathBuf::from(aside);
    if aside.exists() {
        std::fs::remove_dir_all(&aside).map_err(io("remove", &aside))?;
    }
    let made = DataDir::open(&disk, &aside, owner)?;
    let store = SnapshotStore::open(Arc::clone(&disk), &made.snapshots())?;
    for (number, path) in (0..).zip(snapshots) {
        copy(&store, path, ShardId(number), members)?;
    }
    drop((store, made));
    if data.exists() {
        std::fs::remove_dir(data).map_err(io("remove", data))?;
    }
    disk.sync_dir(&aside).map_err(io("sync", &aside))?;
    disk.rename(&aside, data).map_err(io("rename", &aside))?;
    disk.sync_dir(&parent).map_err(io("sync", &parent))
}

fn copy(
    store: &SnapshotStore,
    path: &Path,
    shard: ShardId,
    members: &BTreeMap<NodeId, String>,
) -> Result<(), Error> {
    let file = SnapshotFile::open(&RealDisk, path, shard)?;
    machine::load(shard, &file).map_err(|source| Error::State { path: path.to_owned(), source })?;
    let index = file.meta().last_log_id.map_or(0, |last| last.index);
    let mut writer = store.create(shard, meta(index, members))?;
    let mut offset = 0;
    loop {
        let bytes = file.read_at(offset, COPY_BYTES)?;
        if bytes.is_empty() {
            break;
        }
        writer.write(&bytes)?;
        offset += bytes.len() as u64;
    }
    writer.finish()?;
    Ok(())
}

/// Of a snapshot that a new cluster begins with: before any term, by nobody.
fn meta(index: u64, members: &BTreeMap<NodeId, String>) -> SnapshotMeta {
    let last = LogId::new(LeaderId { term: 0, node_id: 0 }, index);
    let nodes: BTreeMap<NodeId, BasicNode> =
        members.iter().map(|(&node, address)| (node, BasicNode::new(address))).collect();
    let voters = vec![members.keys().copied().collect()];
    let membership = openraft::Membership::new(voters, nodes).expect("every voter has a node");
    SnapshotMeta { last_log_id: Some(last), last_membership: StoredMembership::new(Some(last), membership) }
}
