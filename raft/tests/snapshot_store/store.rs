//! What the store promises when nothing goes wrong.

use std::sync::Arc;

use engine::ShardId;
use raft::disk::{Disk, RealDisk, SimDisk};
use raft::snapshot::SnapshotStore;
use raft::types::SnapshotMeta;

use crate::support::*;

const CHUNK: usize = 64 << 10;

#[test]
fn content_of_any_length_reads_back() {
    for bytes in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17] {
        let disk = SimDisk::new();
        let written = write(&open(&disk), 9, &content(1, bytes)).unwrap();
        let found = open(&disk).current(SHARD).unwrap().unwrap();
        for file in [written, found] {
            assert_eq!(file.meta(), &meta(9));
            assert_eq!((file.len(), file.is_empty()), (bytes as u64, bytes == 0));
            assert_eq!(read(&file), content(1, bytes), "{bytes}");
        }
    }
}

#[test]
fn any_piece_can_be_read() {
    let disk = SimDisk::new();
    let all = content(2, 2 * CHUNK + 100);
    let file = write(&open(&disk), 9, &all).unwrap();
    for offset in [0, 1, CHUNK - 1, CHUNK, 2 * CHUNK + 99, 2 * CHUNK + 100, 5 * CHUNK] {
        for max in [0, 1, 100, CHUNK, 10 * CHUNK] {
            let expected = all.get(offset..).map_or(&[][..], |rest| &rest[..max.min(rest.len())]);
            assert_eq!(file.read_at(offset as u64, max).unwrap(), expected, "{offset} {max}");
        }
    }
}

#[test]
fn a_superseded_snapshot_stays_readable_while_it_is_held() {
    for disk in [Arc::new(RealDisk) as Arc<dyn Disk>, Arc::new(SimDisk::new())] {
        let dir = tempfile::tempdir().unwrap();
        let store = SnapshotStore::open(disk, dir.path()).unwrap();
        assert!(store.current(SHARD).unwrap().is_none());
        let old = write(&store, 1, &content(1, 100_000)).unwrap();
        let new = write(&store, 2, &content(2, 100_000)).unwrap();
        assert_eq!((read(&old), read(&new)), (content(1, 100_000), content(2, 100_000)));
        assert_eq!(current_index(&store), Some(2));
    }
}

#[test]
fn an_older_snapshot_that_is_finished_late_does_not_replace_a_newer_one() {
    let disk = SimDisk::new();
    let store = open(&disk);
    let mut late = store.create(SHARD, meta(1)).unwrap();
    late.write(b"old").unwrap();
    write(&store, 2, b"new").unwrap();
    let late = late.finish().unwrap();
    assert_eq!(read(&late), b"old");
    assert_eq!(current_index(&store), Some(2));
    drop(late);
    assert_eq!(disk.files(), [current_path()]);
    assert_eq!(current_index(&open(&disk)), Some(2));
}

#[test]
fn shards_have_their_own_and_a_mixed_up_file_is_noticed() {
    let disk = SimDisk::new();
    let store = open(&disk);
    write(&store, 5, b"seven").unwrap();
    assert!(store.current(ShardId(8)).unwrap().is_none());
    let other = dir().join("shard-00008.snapshot");
    disk.rename(&current_path(), &other).unwrap();
    let error = open(&disk).current(ShardId(8)).unwrap_err();
    assert!(error.to_string().contains("another shard"), "{error}");
}

#[test]
fn an_abandoned_snapshot_leaves_nothing_and_leftovers_are_removed_at_open() {
    let disk = SimDisk::new();
    let store = open(&disk);
    let mut abandoned = store.create(SHARD, meta(1)).unwrap();
    abandoned.write(&content(1, 200_000)).unwrap();
    assert_eq!(disk.files().len(), 1);
    drop(abandoned);
    assert!(disk.files().is_empty());

    let killed = store.create(SHARD, meta(1)).unwrap();
    disk.kill();
    drop(killed);
    assert_eq!(disk.files().len(), 1);
    open(&disk);
    assert!(disk.files().is_empty());
}

#[test]
fn a_snapshot_without_entries_or_members_is_one() {
    let disk = SimDisk::new();
    open(&disk).create(SHARD, SnapshotMeta::default()).unwrap().finish().unwrap();
    assert_eq!(open(&disk).current(SHARD).unwrap().unwrap().meta(), &SnapshotMeta::default());
}
