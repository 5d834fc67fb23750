//! Damage to a log whose process was killed: a torn end is cut, anything before refuses to start, naming file and place.

use raft::disk::{Disk, SimDisk};
use raft::log::{Drive, Error};

use crate::support::*;

async fn written() -> SimDisk {
    let (disk, log) = several_segments().await;
    disk.kill();
    drop(log);
    disk
}

async fn found(disk: &SimDisk) -> usize {
    let log = open(disk, Drive::Caller).unwrap();
    all(&mut shard(&log, 1)).await.len()
}

#[tokio::test]
async fn a_flipped_bit_before_the_last_frame_refuses_and_names_it() {
    let intact = written().await;
    let segments = segments(&intact);
    let mut dice = Dice(1);
    for (at, segment) in segments.iter().enumerate() {
        let frames = frames(&intact, segment);
        let counted = if at + 1 == segments.len() { &frames[..frames.len() - 1] } else { &frames[..] };
        for &(start, len) in [(0, PAGE)].iter().chain(counted) {
            for offset in
                [start, start + 20, start + usize::try_from(dice.roll(len as u64)).unwrap(), start + len - 1]
            {
                let disk = written().await;
                disk.flip_bit(segment, offset, 3);
                let error =
                    open(&disk, Drive::Caller).err().unwrap_or_else(|| panic!("{segment:?} at {offset}"));
                let Error::Damaged { path, offset: named, .. } = &error else {
                    if start == 0 && matches!(error, Error::UnknownFormat { .. }) {
                        continue;
                    }
                    panic!("{segment:?} at {offset}: {error}");
                };
                assert_eq!(path, segment, "{error}");
                assert_eq!(*named, start as u64, "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_damaged_last_frame_is_cut_wherever_it_is_torn() {
    let intact = written().await;
    let segments = segments(&intact);
    let segment = segments.last().unwrap();
    let (start, len) = *frames(&intact, segment).last().unwrap();
    for offset in [start, start + 5, start + 31, start + 32, start + 4097, start + len - 1] {
        let disk = written().await;
        disk.flip_bit(segment, offset, 0);
        assert_eq!(found(&disk).await, 39, "{offset}");
        // What is written in its place stays, and is told from what was torn.
        let log = open(&disk, Drive::Caller).unwrap();
        append(&mut shard(&log, 1), entries(2, 39..40, 10)).await.unwrap();
        drop(log);
        assert_eq!(found(&disk).await, 40, "{offset}");
    }
}

#[tokio::test]
async fn a_missing_segment_refuses() {
    let segments = segments(&written().await);
    let but_the_last = &segments[..segments.len() - 1];
    for (at, missing) in but_the_last.iter().enumerate() {
        let disk = written().await;
        disk.remove(missing).unwrap();
        let error = open(&disk, Drive::Caller).err().unwrap_or_else(|| panic!("{missing:?}"));
        match (&error, at) {
            (Error::MissingEntry { index: 0, .. }, 0) => {}
            (Error::MissingSegment { path }, _) if path == missing => {}
            _ => panic!("{missing:?}: {error}"),
        }
    }
}

#[tokio::test]
async fn a_shortened_segment_refuses() {
    let segments = segments(&written().await);
    for len in [0, 100, PAGE, SEGMENT as usize - PAGE] {
        let disk = written().await;
        disk.shorten(&segments[1], len);
        let error = open(&disk, Drive::Caller).err().unwrap();
        assert!(matches!(&error, Error::Damaged { path, .. } if *path == segments[1]), "{error}");
    }
}

#[tokio::test]
async fn segments_that_changed_places_refuse() {
    let disk = written().await;
    let segments = segments(&disk);
    disk.rename(&segments[1], &segments[2]).unwrap();
    disk.rename(&segments[0], &segments[1]).unwrap();
    disk.remove(&segments[1]).unwrap();
    let error = open(&disk, Drive::Caller).err().unwrap();
    assert!(matches!(&error, Error::Damaged { path, offset: 0, .. } if *path == segments[2]), "{error}");
}

#[tokio::test]
async fn an_entry_damaged_while_the_node_runs_is_an_error_not_another_entry() {
    let disk = SimDisk::new();
    let log = open_with(&disk, raft::log::Options { cache_bytes: 0, ..options(Drive::Caller) }).unwrap();
    let mut one = shard(&log, 1);
    append(&mut one, entries(1, 0..3, 1000)).await.unwrap();
    let segment = &segments(&disk)[0];
    disk.flip_bit(segment, frames(&disk, segment)[0].0 + 500, 1);
    let error = openraft::storage::RaftLogReader::try_get_log_entries(&mut one, 0..3).await.unwrap_err();
    assert!(error.to_string().contains(segment.to_str().unwrap()), "{error}");
}
