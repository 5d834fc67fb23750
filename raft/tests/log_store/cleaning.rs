//! Segments come and go: rotation, purge, use again, and shards that rarely write.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use openraft::storage::{RaftLogReader, RaftLogStorage};
use raft::disk::{Disk, RealDisk, SimDisk};
use raft::log::{Drive, Log, Options};

use crate::support::*;

#[tokio::test]
async fn purging_frees_segments_and_their_files_are_used_again() {
    for drive in [Drive::Threads, Drive::Caller] {
        let disk = SimDisk::new();
        let log = open(&disk, drive).unwrap();
        let mut one = shard(&log, 1);
        for index in 0..300 {
            append(&mut one, entries(1, index..index + 1, 5000)).await.unwrap();
            if index > 10 {
                one.purge(id(1, index - 10)).await.unwrap();
            }
        }
        assert!(log.stats().segments <= 4, "{:?}", log.stats());
        log.close().await;
        assert!(disk.files().len() <= 7, "{:?}", disk.files());
        assert!(segments(&disk)[0].to_str().unwrap() > "/node/log/00000000000000000020.log");

        disk.crash(1);
        let log = open(&disk, drive).unwrap();
        assert_eq!(all(&mut shard(&log, 1)).await, entries(1, 290..300, 5000));
    }
}

#[tokio::test]
async fn the_real_disk_rotates_frees_and_refuses_damage_too() {
    let temporary = tempfile::tempdir().unwrap();
    let dir = temporary.path().join("node/log");
    let open = || Log::open(Arc::new(RealDisk), &dir, options(Drive::Threads));
    let log = open().unwrap();
    let mut one = shard(&log, 1);
    for index in 0..60 {
        append(&mut one, entries(1, index..index + 1, 5000)).await.unwrap();
        one.purge(id(1, index.saturating_sub(20))).await.unwrap();
    }
    log.close().await;
    let log = open().unwrap();
    assert_eq!(all(&mut shard(&log, 1)).await, entries(1, 40..60, 5000));
    log.close().await;

    let oldest = RealDisk.list(&dir).unwrap().into_iter().find(|name| name.ends_with(".log")).unwrap();
    assert_ne!(oldest, "00000000000000000001.log");
    RealDisk.open(&dir.join(&oldest)).unwrap().write_at(9000, b"damage").unwrap();
    let error = open().err().unwrap().to_string();
    assert!(error.contains(&oldest) && error.contains("byte 4096"), "{error}");
}

#[tokio::test]
async fn what_an_earlier_life_of_a_file_left_never_comes_up() {
    let disk = SimDisk::new();
    let log = open(&disk, Drive::Caller).unwrap();
    let mut one = shard(&log, 1);
    for index in 0..100 {
        append(&mut one, entries(1, index..index + 1, 5000)).await.unwrap();
        one.purge(id(1, index)).await.unwrap();
    }
    let used_again = segments(&disk).into_iter().next_back().unwrap();
    assert!(frames(&disk, &used_again).len() > 1, "the file was in use before");
    let writes = disk.writes();
    drop(log);
    assert_eq!(disk.writes(), writes + 1, "closing has nothing left to write but its mark");
    let log = open(&disk, Drive::Caller).unwrap();
    assert_eq!(all(&mut shard(&log, 1)).await, []);
    assert_eq!(last(&mut shard(&log, 1)).await, Some(id(1, 99)));
}

#[tokio::test]
async fn idle_shards_do_not_pin_segments() {
    for (drive, cache_bytes) in [(Drive::Threads, 1 << 20), (Drive::Caller, 0)] {
        let disk = SimDisk::new();
        let log = open_with(&disk, Options { cache_bytes, ..options(drive) }).unwrap();
        for number in 2..12 {
            let mut idle = shard(&log, number);
            idle.save_vote(&vote(u64::from(number))).await.unwrap();
            append(&mut idle, entries(u64::from(number), 5..8, 700)).await.unwrap();
        }
        let mut busy = shard(&log, 1);
        for index in 0..400 {
            append(&mut busy, entries(1, index..index + 1, 3000)).await.unwrap();
            busy.purge(id(1, index)).await.unwrap();
        }
        assert!(log.stats().segments <= 6, "{:?}", log.stats());
        assert!(log.stats().entries_again >= 30, "{:?}", log.stats());
        let mut idle = shard(&log, 7);
        assert_eq!(all(&mut idle).await, entries(7, 5..8, 700));
        append(&mut idle, entries(7, 8..9, 700)).await.unwrap();
        disk.crash(9);
        drop(log);

        let log = open(&disk, drive).unwrap();
        for number in 2..12_u16 {
            let mut idle = shard(&log, number);
            let upto = if number == 7 { 9 } else { 8 };
            assert_eq!(all(&mut idle).await, entries(u64::from(number), 5..upto, 700));
            assert_eq!(idle.read_vote().await.unwrap(), Some(vote(u64::from(number))));
        }
    }
}

#[tokio::test]
async fn one_idle_shard_with_much_to_keep_does_not_pin_what_others_freed() {
    let disk = SimDisk::new();
    let log = open_with(&disk, Options { cache_bytes: 0, ..options(Drive::Caller) }).unwrap();
    let mut idle = shard(&log, 2);
    append(&mut idle, entries(2, 0..50, 1000)).await.unwrap();
    let mut busy = shard(&log, 1);
    for index in 0..600 {
        append(&mut busy, entries(1, index..index + 1, 3000)).await.unwrap();
        busy.purge(id(1, index)).await.unwrap();
    }
    assert!(log.stats().segments <= 8, "{:?}", log.stats());
    assert_eq!(all(&mut idle).await, entries(2, 0..50, 1000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_see_what_was_there_while_segments_are_freed_and_used_again() {
    let disk = SimDisk::new();
    let log = open_with(&disk, Options { cache_bytes: 0, ..options(Drive::Threads) }).unwrap();
    let mut one = shard(&log, 1);
    append(&mut one, entries(1, 0..10, 3000)).await.unwrap();
    let (mut reader, reads) = (one.clone(), Arc::new(AtomicU64::new(0)));
    let counted = Arc::clone(&reads);
    let reading = tokio::spawn(async move {
        loop {
            let read = reader.try_get_log_entries(..).await.unwrap();
            let Some(first) = read.first() else { return };
            let first = first.log_id.index;
            assert_eq!(read, entries(1, first..first + read.len() as u64, 3000));
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    let mut index = 10;
    while index < 200 || (reads.load(Ordering::Relaxed) < 20 && !reading.is_finished()) {
        append(&mut one, entries(1, index..index + 1, 3000)).await.unwrap();
        one.purge(id(1, index - 10)).await.unwrap();
        index += 1;
    }
    one.purge(id(1, index - 1)).await.unwrap();
    reading.await.unwrap();
}

#[tokio::test]
async fn a_new_length_of_segments_takes_effect_with_the_next_one() {
    let disk = SimDisk::new();
    let log = open(&disk, Drive::Threads).unwrap();
    append(&mut shard(&log, 1), entries(1, 0..3, 1000)).await.unwrap();
    log.close().await;

    let log = open_with(&disk, Options { segment_bytes: 4 * SEGMENT, ..options(Drive::Threads) }).unwrap();
    append(&mut shard(&log, 1), entries(1, 3..60, 4000)).await.unwrap();
    append(&mut shard(&log, 1), entries(1, 60..61, 100_000)).await.unwrap();
    log.close().await;
    let log = open(&disk, Drive::Threads).unwrap();
    assert_eq!(all(&mut shard(&log, 1)).await.len(), 61);
}

#[tokio::test]
async fn names_that_are_not_the_logs_are_left_alone_and_its_own_leftovers_removed() {
    let disk = SimDisk::new();
    drop(open(&disk, Drive::Caller).unwrap());
    for name in ["unfinished", "spare", "notes.txt"] {
        disk.create(&dir().join(name)).unwrap();
    }
    drop(open(&disk, Drive::Caller).unwrap());
    let names = disk.list(&dir()).unwrap();
    assert_eq!(names, ["00000000000000000001.log", "notes.txt"]);
}
