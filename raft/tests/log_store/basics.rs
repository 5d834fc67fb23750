//! What a log promises when nothing goes wrong.

use std::time::Duration;

use futures_util::TryStreamExt;
use openraft::storage::{RaftLogReader, RaftLogStorage};
use raft::disk::SimDisk;
use raft::log::{Drive, Options};

use crate::support::*;

#[tokio::test]
async fn what_was_written_is_there_after_reopening() {
    let disk = SimDisk::new();
    let log = open(&disk, Drive::Threads).unwrap();
    let mut one = shard(&log, 1);
    one.save_vote(&vote(3)).await.unwrap();
    append(&mut one, entries(3, 0..10, 100)).await.unwrap();
    one.truncate_after(Some(id(3, 7))).await.unwrap();
    append(&mut one, entries(4, 8..9, 100)).await.unwrap();
    one.purge(id(3, 1)).await.unwrap();
    one.save_committed(Some(id(3, 5))).await.unwrap();
    let before = all(&mut one).await;
    log.close().await;

    let log = open(&disk, Drive::Threads).unwrap();
    let mut one = shard(&log, 1);
    assert_eq!(all(&mut one).await, before);
    assert_eq!(before.iter().map(|entry| entry.log_id.index).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(one.read_vote().await.unwrap(), Some(vote(3)));
    assert_eq!(one.read_committed().await.unwrap(), Some(id(3, 5)));
    assert_eq!((purged(&mut one).await, last(&mut one).await), (Some(id(3, 1)), Some(id(4, 8))));
    assert_eq!(one.get_key_log_ids(id(3, 2)..=id(4, 8)).await.unwrap(), [id(3, 7), id(4, 8)]);
}

#[tokio::test]
async fn entries_are_readable_before_and_acknowledged_only_after_the_sync() {
    let disk = SimDisk::new();
    let log = open(&disk, Drive::Threads).unwrap();
    let mut one = shard(&log, 1);
    append(&mut one, entries(1, 0..1, 10)).await.unwrap();

    let held = hold_syncs(&disk);
    let mut synced = start_append(&mut one, entries(1, 1..3, 10)).await.unwrap();
    assert_eq!(last(&mut one).await, Some(id(1, 2)));
    assert_eq!(all(&mut one).await.len(), 3);
    assert!(synced.try_recv().is_err(), "nobody may be told before the sync returned");
    drop(held);
    synced.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_arrives_during_a_sync_shares_the_next_one() {
    let disk = SimDisk::new();
    let log = open(&disk, Drive::Threads).unwrap();
    append(&mut shard(&log, 0), entries(1, 0..1, 10)).await.unwrap();

    let held = hold_syncs(&disk);
    let mut waiting = Vec::new();
    for number in 0..20 {
        let first = u64::from(number == 0);
        waiting.push(start_append(&mut shard(&log, number), entries(1, first..first + 2, 10)).await.unwrap());
    }
    let before = (disk.writes(), log.stats().frames);
    drop(held);
    for synced in waiting {
        synced.await.unwrap().unwrap();
    }
    let frames = log.stats().frames - before.1;
    assert!(frames <= 2, "twenty shards that wait together need two frames at most, not {frames}");
    log.close().await;
}

#[tokio::test]
async fn a_frame_costs_one_write_and_one_sync() {
    let disk = SimDisk::new();
    let log = open(&disk, Drive::Caller).unwrap();
    let mut one = shard(&log, 1);
    append(&mut one, entries(1, 0..1, 10)).await.unwrap();
    let (writes, syncs, frames) = (disk.writes(), disk.syncs(), log.stats().frames);
    for index in 1..6 {
        append(&mut one, entries(1, index..index + 1, 10)).await.unwrap();
    }
    assert_eq!((disk.writes() - writes, disk.syncs() - syncs, log.stats().frames - frames), (5, 5, 5));
}

#[tokio::test]
async fn saving_the_commit_costs_no_write_and_rides_along_with_the_next() {
    let disk = SimDisk::new();
    let log = open(&disk, Drive::Caller).unwrap();
    let mut one = shard(&log, 1);
    append(&mut one, entries(1, 0..5, 10)).await.unwrap();
    let writes = disk.writes();
    one.save_committed(Some(id(1, 3))).await.unwrap();
    assert_eq!(disk.writes(), writes);
    append(&mut one, entries(1, 5..6, 10)).await.unwrap();
    disk.crash(1);

    let log = open(&disk, Drive::Caller).unwrap();
    assert_eq!(shard(&log, 1).read_committed().await.unwrap(), Some(id(1, 3)));
}

#[tokio::test]
async fn what_replaces_an_entry_on_its_way_is_not_taken_for_it() {
    let disk = SimDisk::new();
    let log = open_with(&disk, Options { cache_bytes: 0, ..options(Drive::Threads) }).unwrap();
    let mut one = shard(&log, 1);
    append(&mut one, entries(1, 0..1, 100)).await.unwrap();
    let held = hold_syncs(&disk);
    let first = start_append(&mut one, entries(1, 1..4, 100)).await.unwrap();
    one.truncate_after(Some(id(1, 0))).await.unwrap();
    let second = start_append(&mut one, entries(2, 1..4, 100)).await.unwrap();
    drop(held);
    first.await.unwrap().unwrap();
    assert_eq!(one.try_get_log_entries(1..).await.unwrap(), entries(2, 1..4, 100));
    second.await.unwrap().unwrap();
    // With the next frame, what was written before has surely left memory.
    append(&mut one, entries(2, 4..5, 100)).await.unwrap();
    assert_eq!(one.try_get_log_entries(1..).await.unwrap(), entries(2, 1..5, 100));
}

#[tokio::test]
async fn shards_do_not_mix() {
    let disk = SimDisk::new();
    let log = open(&disk, Drive::Threads).unwrap();
    let appending = (0..50_u16).map(|number| {
        let mut shard = shard(&log, number);
        tokio::spawn(async move {
            for index in 0..20 {
                append(&mut shard, entries(u64::from(number), index..index + 1, 300)).await.unwrap();
            }
        })
    });
    for task in appending.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    log.close().await;

    let log = open(&disk, Drive::Threads).unwrap();
    for number in 0..50 {
        assert_eq!(
            all(&mut shard(&log, number)).await,
            entries(u64::from(number), 0..20, 300),
            "shard {number}"
        );
    }
}

#[tokio::test]
async fn what_left_memory_is_read_from_segments() {
    let disk = SimDisk::new();
    let log = open_with(&disk, Options { cache_bytes: 20_000, ..options(Drive::Threads) }).unwrap();
    let (mut one, mut two) = (shard(&log, 1), shard(&log, 2));
    for index in 0..200 {
        append(&mut one, entries(1, index..index + 1, 1000)).await.unwrap();
        append(&mut two, entries(2, index..index + 1, 100)).await.unwrap();
    }
    let stats = log.stats();
    assert!(stats.recent_bytes <= 20_000, "{stats:?}");
    assert_eq!(all(&mut one).await, entries(1, 0..200, 1000));
    assert_eq!(all(&mut two).await, entries(2, 0..200, 100));
    assert_eq!(one.try_get_log_entries(17..=18).await.unwrap(), entries(1, 17..19, 1000));
    assert!(log.stats().entries_reread >= 200);
}

#[tokio::test]
async fn a_limited_read_stops_at_four_megabytes_but_gives_one_entry() {
    let disk = SimDisk::new();
    let big = Options { segment_bytes: 16 << 20, cache_bytes: 6 << 20, ..options(Drive::Caller) };
    let log = open_with(&disk, big).unwrap();
    let mut one = shard(&log, 1);
    for index in 0..8 {
        append(&mut one, entries(1, index..index + 1, 1 << 20)).await.unwrap();
    }
    append(&mut one, entries(1, 8..9, 5 << 20)).await.unwrap();
    for (from, expected) in [(0, 3), (5, 3), (8, 1)] {
        let read = one.limited_get_log_entries(from, 9).await.unwrap();
        assert_eq!(read.len(), expected, "from {from}");
        assert_eq!(read[0].log_id.index, from);
    }
    let streamed: Vec<_> = one.entries_stream(2..).await.try_collect().await.unwrap();
    assert_eq!(streamed.len(), 7);
    assert_eq!(streamed, one.try_get_log_entries(2..9).await.unwrap());
}

#[tokio::test]
async fn a_large_append_takes_several_frames_and_is_acknowledged_after_the_last() {
    let disk = SimDisk::new();
    let log = open(&disk, Drive::Threads).unwrap();
    let mut one = shard(&log, 1);
    append(&mut one, entries(1, 0..400, 1000)).await.unwrap();
    disk.crash(7);

    let log = open(&disk, Drive::Threads).unwrap();
    assert_eq!(all(&mut shard(&log, 1)).await, entries(1, 0..400, 1000));
}

#[tokio::test]
async fn what_does_not_follow_or_is_too_large_is_refused_without_effect() {
    let disk = SimDisk::new();
    let log = open(&disk, Drive::Threads).unwrap();
    let mut one = shard(&log, 1);
    append(&mut one, entries(1, 0..3, 10)).await.unwrap();
    for wrong in [entries(1, 4..6, 10), entries(1, 2..4, 10), entries(1, 3..4, SEGMENT as usize)] {
        let error = start_append(&mut one, wrong).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput, "{error}");
    }
    append(&mut one, entries(1, 3..4, 10)).await.unwrap();
    assert_eq!(all(&mut one).await, entries(1, 0..4, 10));
}

#[tokio::test]
async fn a_full_queue_makes_callers_wait_and_not_memory_grow() {
    let disk = SimDisk::new();
    let log = open_with(&disk, Options { queue_bytes: 10_000, ..options(Drive::Threads) }).unwrap();
    append(&mut shard(&log, 0), entries(1, 0..1, 10)).await.unwrap();
    let held = hold_syncs(&disk);
    let started: Vec<_> = (1..30_u16)
        .map(|number| {
            let mut shard = shard(&log, number);
            tokio::spawn(async move { append(&mut shard, entries(1, 0..1, 1000)).await })
        })
        .collect();
    let filled = async {
        while log.stats().queued_bytes < 9000 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), filled)
        .await
        .expect("the queue fills while syncs are held");
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(log.stats().queued_bytes <= 10_000);
    let accepted = futures_util::future::join_all((1..30).map(|number| {
        let mut shard = shard(&log, number);
        async move { last(&mut shard).await.is_some() }
    }));
    assert_eq!(accepted.await.into_iter().filter(|accepted| *accepted).count(), 9);
    drop(held);
    for task in started {
        task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_closed_log_refuses() {
    let disk = SimDisk::new();
    let log = open(&disk, Drive::Threads).unwrap();
    let mut one = shard(&log, 1);
    append(&mut one, entries(1, 0..1, 10)).await.unwrap();
    log.close().await;
    assert!(start_append(&mut one, entries(1, 1..2, 10)).await.is_err());
    assert!(one.save_vote(&vote(1)).await.is_err());
}
