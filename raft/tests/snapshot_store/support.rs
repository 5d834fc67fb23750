//! What the tests of snapshots share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use engine::ShardId;
use openraft::{BasicNode, Membership};
use raft::disk::SimDisk;
use raft::snapshot::{Error, SnapshotFile, SnapshotStore};
use raft::types::{LeaderId, LogId, SnapshotMeta, StoredMembership};

pub(crate) const SHARD: ShardId = ShardId(7);

pub(crate) fn dir() -> &'static Path {
    Path::new("/node/snapshots")
}

/// Where the current snapshot of [`SHARD`] is.
pub(crate) fn current_path() -> PathBuf {
    dir().join("shard-00007.snapshot")
}

pub(crate) fn open(disk: &SimDisk) -> SnapshotStore {
    SnapshotStore::open(disk.process(), dir()).unwrap()
}

pub(crate) fn id(term: u64, index: u64) -> LogId {
    LogId { leader_id: LeaderId { term, node_id: 2 }, index }
}

pub(crate) fn meta(index: u64) -> SnapshotMeta {
    let nodes = BTreeMap::from([(1, BasicNode::new("one:1")), (2, BasicNode::new("two:2"))]);
    let membership = Membership::new(vec![[1].into(), [1, 2].into()], nodes).unwrap();
    SnapshotMeta {
        last_log_id: Some(id(3, index)),
        last_membership: StoredMembership::new(Some(id(1, 4)), membership),
    }
}

/// Content that differs at every place and by `salt`.
pub(crate) fn content(salt: u8, bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| salt ^ u8::try_from((at * 31 + at / 251) % 256).unwrap()).collect()
}

/// Writes a snapshot in pieces of different lengths.
pub(crate) fn write(store: &SnapshotStore, index: u64, content: &[u8]) -> Result<SnapshotFile, Error> {
    let mut writer = store.create(SHARD, meta(index))?;
    let mut rest = content;
    let mut len = 1;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(len.min(rest.len()));
        writer.write(now)?;
        (rest, len) = (later, len * 3 + 1);
    }
    writer.finish()
}

pub(crate) fn read(file: &SnapshotFile) -> Vec<u8> {
    let mut content = Vec::new();
    loop {
        let next = file.read_at(content.len() as u64, 40_000).unwrap();
        if next.is_empty() {
            return content;
        }
        content.extend_from_slice(&next);
    }
}

/// The index of the current snapshot, which must be whole.
pub(crate) fn current_index(store: &SnapshotStore) -> Option<u64> {
    let file = store.current(SHARD).unwrap()?;
    Some(file.meta().last_log_id.unwrap().index)
}
