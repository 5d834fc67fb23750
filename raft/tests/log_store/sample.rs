//! Bytes of every format ever written stay readable: `tests/samples` keeps them.

use std::fs;
use std::path::PathBuf;

use bytes::Bytes;
use openraft::storage::{RaftLogReader, RaftLogStorage};
use openraft::{BasicNode, EntryPayload, Membership};
use raft::disk::{Disk, SimDisk};
use raft::log::Drive;
use raft::types::{Entry, Payload};

use crate::support::*;

fn sample() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples/log-format-1.bin")
}

fn membership() -> Membership<u64, BasicNode> {
    let nodes = [(1, "one:1"), (2, "two:2"), (3, "three:3")].map(|(id, addr)| (id, BasicNode::new(addr)));
    Membership::new(vec![[1, 2].into(), [1, 2, 3].into()], std::collections::BTreeMap::from(nodes)).unwrap()
}

fn kept() -> Vec<Entry> {
    vec![
        Entry { log_id: id(1, 2), payload: EntryPayload::Membership(membership()) },
        Entry { log_id: id(4, 3), payload: EntryPayload::Blank },
        Entry { log_id: id(4, 4), payload: EntryPayload::Normal(Payload(Bytes::from_static(b"a batch"))) },
    ]
}

/// The mark that a node left when it closed the log of the other sample. `WRITE_SAMPLES=1` writes one that is not there.
fn mark_sample(disk: &SimDisk) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples/closed-format-1.bin");
    if !path.exists() && std::env::var_os("WRITE_SAMPLES").is_some() {
        drop(open(disk, Drive::Caller).unwrap());
        fs::write(&path, disk.bytes(&dir().join("closed"))).unwrap();
    }
    fs::read(path).unwrap()
}

fn restore_log(disk: &SimDisk) {
    disk.create_dir(&dir()).unwrap();
    // The sample leaves out the zeros at the end of the file.
    let mut bytes = fs::read(sample()).unwrap();
    bytes.resize(SEGMENT as usize, 0);
    disk.create(&dir().join("00000000000000000001.log")).unwrap().write_at(0, &bytes).unwrap();
}

async fn check(disk: &SimDisk) {
    let log = open(disk, Drive::Caller).unwrap();
    let mut seven = shard(&log, 7);
    assert_eq!(all(&mut seven).await, kept());
    assert_eq!(seven.read_vote().await.unwrap(), Some(vote(4)));
    assert_eq!(seven.read_committed().await.unwrap(), Some(id(1, 2)));
    assert_eq!(purged(&mut seven).await, Some(id(1, 1)));
}

#[tokio::test]
async fn format_1_is_read() {
    let disk = SimDisk::new();
    restore_log(&disk);
    check(&disk).await;
}

#[tokio::test]
async fn the_mark_of_format_1_is_read_and_heeded() {
    let disk = SimDisk::new();
    restore_log(&disk);
    let mark = dir().join("closed");
    let kept = mark_sample(&disk);
    disk.create(&mark).unwrap().write_at(0, &kept).unwrap();
    check(&disk).await;
    assert_eq!(disk.bytes(&mark), kept, "the same end is marked by the same bytes");
    disk.flip_bit(&segments(&disk)[0], frames(&disk, &segments(&disk)[0]).last().unwrap().0, 0);
    assert!(open(&disk, Drive::Caller).is_err());
}

/// Run by hand when a new format is made, after its number was raised and the name above changed.
#[tokio::test]
#[ignore = "writes a sample into the source tree"]
async fn write_a_sample() {
    let disk = SimDisk::new();
    let log = open(&disk, Drive::Caller).unwrap();
    let mut seven = shard(&log, 7);
    seven.save_vote(&vote(4)).await.unwrap();
    append(&mut seven, entries(1, 0..2, 50)).await.unwrap();
    append(&mut seven, kept()[..1].to_vec()).await.unwrap();
    append(&mut seven, entries(1, 3..9, 50)).await.unwrap();
    seven.truncate_after(Some(id(1, 2))).await.unwrap();
    seven.save_committed(Some(id(1, 2))).await.unwrap();
    seven.purge(id(1, 1)).await.unwrap();
    append(&mut seven, kept()[1..].to_vec()).await.unwrap();
    drop(log);
    let mut bytes = disk.bytes(&segments(&disk)[0]);
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    bytes.truncate(used);
    fs::write(sample(), bytes).unwrap();
    check(&disk).await;
}
