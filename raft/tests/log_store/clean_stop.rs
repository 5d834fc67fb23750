//! After an orderly close nothing was torn: a log that ends elsewhere than it did then refuses to start.

use std::path::PathBuf;

use raft::disk::{Disk, SimDisk};
use raft::log::{Drive, Error, Log};

use crate::support::*;

fn mark() -> PathBuf {
    dir().join("closed")
}

fn is_marked(disk: &SimDisk) -> bool {
    disk.files().contains(&mark())
}

async fn closed() -> SimDisk {
    let (disk, log) = several_segments().await;
    assert!(!is_marked(&disk));
    log.close().await;
    assert!(is_marked(&disk));
    disk
}

/// Overwrites bytes of a file, durably.
fn overwrite(disk: &SimDisk, path: &std::path::Path, offset: usize, bytes: &[u8]) {
    let file = disk.open(path).unwrap();
    file.write_at(offset as u64, bytes).unwrap();
    file.sync().unwrap();
}

/// The last segment, and where its last frame begins and how long it is.
fn last_frame(disk: &SimDisk) -> (PathBuf, usize, usize) {
    let used = segments(disk).into_iter().rfind(|segment| !frames(disk, segment).is_empty()).unwrap();
    let (start, len) = *frames(disk, &used).last().unwrap();
    (used, start, len)
}

fn refused(disk: &SimDisk) -> Error {
    open(disk, Drive::Caller).err().expect("a damaged log does not open")
}

async fn entries_in(log: &Log) -> usize {
    all(&mut shard(log, 1)).await.len()
}

#[tokio::test]
async fn the_mark_is_there_after_an_orderly_close_only_and_gone_before_the_log_is_written() {
    for drive in [Drive::Threads, Drive::Caller] {
        let disk = closed().await;
        let log = open(&disk, drive).unwrap();
        assert_eq!(entries_in(&log).await, 40);
        assert!(!is_marked(&disk));
        append(&mut shard(&log, 1), entries(1, 40..41, 10)).await.unwrap();
        disk.kill();
        drop(log);
        assert!(!is_marked(&disk), "this process was killed");
        let log = open(&disk, drive).unwrap();
        assert_eq!(entries_in(&log).await, 41);
        log.close().await;
        assert!(is_marked(&disk));
        disk.crash(1);
        assert!(is_marked(&disk), "it is durable");
    }
}

#[tokio::test]
async fn an_empty_log_has_nothing_to_mark() {
    let disk = SimDisk::new();
    open(&disk, Drive::Caller).unwrap().close().await;
    assert!(!is_marked(&disk));
}

#[tokio::test]
async fn a_page_of_the_last_frame_that_went_missing_refuses_and_is_named() {
    let (segment, start, len) = last_frame(&closed().await);
    assert!(len > PAGE);
    for page in (start..start + len).step_by(PAGE) {
        let disk = closed().await;
        overwrite(&disk, &segment, page, &[0; PAGE]);
        let error = refused(&disk);
        let Error::Damaged { path, offset, what } = &error else { panic!("{error}") };
        assert_eq!((path, *offset), (&segment, start as u64), "{error}");
        assert!(what.contains("closed in order behind frame 40"), "{error}");
        assert!(error.to_string().contains("the others go on without it"), "{error}");
        assert!(is_marked(&disk), "the next start refuses as well");
        refused(&disk);
    }
}

#[tokio::test]
async fn a_last_segment_that_went_missing_refuses() {
    let disk = closed().await;
    let (last, ..) = last_frame(&disk);
    for segment in segments(&disk).into_iter().filter(|segment| *segment >= last) {
        disk.remove(&segment).unwrap();
    }
    let before = segments(&disk).pop().unwrap();
    let error = refused(&disk);
    assert!(matches!(&error, Error::Damaged { path, .. } if *path == before), "{error}");
    for segment in segments(&disk) {
        disk.remove(&segment).unwrap();
    }
    let error = refused(&disk);
    assert!(matches!(&error, Error::Damaged { path, .. } if *path == last), "{error}");
}

/// What an earlier version of this software would do, which knows no mark.
#[tokio::test]
async fn a_log_that_went_on_without_taking_the_mark_away_refuses() {
    for torn in [false, true] {
        let disk = closed().await;
        let (segment, start, len) = last_frame(&disk);
        let kept = disk.bytes(&mark());
        let log = open(&disk, Drive::Caller).unwrap();
        append(&mut shard(&log, 1), entries(1, 40..41, 10)).await.unwrap();
        disk.kill();
        drop(log);
        disk.create(&mark()).unwrap();
        overwrite(&disk, &mark(), 0, &kept);
        if torn {
            let (segment, start, _) = last_frame(&disk);
            disk.flip_bit(&segment, start + 100, 1);
        }
        let error = refused(&disk);
        let Error::Damaged { path, offset, .. } = &error else { panic!("{error}") };
        assert_eq!((path, *offset), (&segment, (start + len) as u64), "{error}");
    }
}

#[tokio::test]
async fn no_bit_of_the_mark_flips_unnoticed_and_none_of_its_bytes_can_be_missing() {
    let disk = closed().await;
    let len = disk.bytes(&mark()).len();
    for bit in 0..len * 8 {
        disk.flip_bit(&mark(), bit / 8, u8::try_from(bit % 8).unwrap());
        let error = refused(&disk);
        assert!(matches!(&error, Error::DamagedMark { path, .. } if *path == mark()), "bit {bit}: {error}");
        disk.flip_bit(&mark(), bit / 8, u8::try_from(bit % 8).unwrap());
    }
    disk.shorten(&mark(), len - 1);
    assert!(matches!(refused(&disk), Error::DamagedMark { .. }));
}

#[tokio::test]
async fn a_crash_between_the_steps_of_leaving_the_mark_leaves_it_whole_or_not_at_all() {
    let (mut marked, mut unmarked) = (0, 0);
    for operations in 0..8 {
        for seed in 0..8 {
            let (disk, log) = several_segments().await;
            disk.cut_power_after(operations);
            log.close().await;
            disk.crash(seed);
            if is_marked(&disk) {
                marked += 1
            } else {
                unmarked += 1
            }
            let log = open(&disk, Drive::Caller)
                .unwrap_or_else(|error| panic!("{operations} operations, seed {seed}: {error}"));
            assert_eq!(entries_in(&log).await, 40, "{operations} operations, seed {seed}");
        }
    }
    assert!(marked > 0 && unmarked > 0, "{marked} {unmarked}");
}

#[tokio::test]
async fn a_crash_at_any_moment_after_the_next_start_meets_no_stale_mark() {
    let mut written = 0;
    for operations in 0..20 {
        for seed in 0..8 {
            let disk = closed().await;
            disk.cut_power_after(operations);
            let mut expected = 40;
            if let Ok(log) = open(&disk, Drive::Caller) {
                for index in 40..42 {
                    if append(&mut shard(&log, 1), entries(1, index..index + 1, 5000)).await.is_ok() {
                        expected += 1;
                        written += 1;
                    }
                }
            }
            disk.crash(seed);
            let log = open(&disk, Drive::Caller)
                .unwrap_or_else(|error| panic!("{operations} operations, seed {seed}: {error}"));
            assert!(entries_in(&log).await >= expected, "{operations} operations, seed {seed}");
        }
    }
    assert!(written > 0);
}

#[tokio::test]
async fn what_was_cut_and_never_written_over_is_no_reason_to_refuse_later() {
    let (disk, log) = several_segments().await;
    disk.kill();
    drop(log);
    let (segment, start, _) = last_frame(&disk);
    disk.flip_bit(&segment, start + 100, 1);
    open(&disk, Drive::Caller).unwrap().close().await;
    assert!(!is_marked(&disk), "the torn frame is still there");
    let log = open(&disk, Drive::Caller).unwrap();
    assert_eq!(entries_in(&log).await, 39);
    append(&mut shard(&log, 1), entries(2, 39..40, 10)).await.unwrap();
    log.close().await;
    assert!(is_marked(&disk));
    assert_eq!(entries_in(&open(&disk, Drive::Caller).unwrap()).await, 40);
}
