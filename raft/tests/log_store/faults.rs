//! A failing disk: everybody is told, the log ends once, and what was acknowledged is there afterwards.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use openraft::storage::RaftLogStorage;
use raft::disk::{Disk, File, Lock, SimDisk};
use raft::log::{Drive, Log, Options};

use crate::support::*;

#[tokio::test]
async fn a_failed_sync_tells_everybody_and_ends_the_log_once() {
    for drive in [Drive::Threads, Drive::Caller] {
        let (disk, fatal) = (SimDisk::new(), Fatal::default());
        let log = open_with(&disk, Options { on_fatal: fatal.hook(), ..options(drive) }).unwrap();
        let (mut one, mut two) = (shard(&log, 1), shard(&log, 2));
        append(&mut one, entries(1, 0..3, 100)).await.unwrap();
        disk.fail_next_sync_of(&segments(&disk)[0]);
        assert!(append(&mut one, entries(1, 3..4, 100)).await.is_err());
        assert!(append(&mut two, entries(1, 0..1, 100)).await.is_err());
        assert!(two.save_vote(&vote(1)).await.is_err());
        drop(log);
        let messages = fatal.messages();
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(messages[0].contains("syncing /node/log/00000000000000000001.log failed"), "{messages:?}");

        // The page cache still shows the failed frame. It may come back, but then it has to stay.
        disk.kill();
        let log = open(&disk, drive).unwrap();
        let shown = all(&mut shard(&log, 1)).await;
        assert_eq!(shown[..3], entries(1, 0..3, 100));
        disk.crash(3);
        drop(log);
        let log = open(&disk, drive).unwrap();
        assert_eq!(all(&mut shard(&log, 1)).await, shown);
    }
}

#[tokio::test]
async fn all_that_waited_for_a_failed_sync_are_told() {
    let (disk, fatal) = (SimDisk::new(), Fatal::default());
    let log = open_with(&disk, Options { on_fatal: fatal.hook(), ..options(Drive::Threads) }).unwrap();
    append(&mut shard(&log, 0), entries(1, 0..1, 100)).await.unwrap();
    let held = hold_syncs(&disk);
    let mut waiting = Vec::new();
    for number in 1..10 {
        waiting.push(start_append(&mut shard(&log, number), entries(1, 0..5, 100)).await.unwrap());
    }
    disk.fail_next_sync_of(&segments(&disk)[0]);
    drop(held);
    for synced in waiting {
        assert!(synced.await.expect("every caller is told").is_err());
    }
    drop(log);
    assert_eq!(fatal.messages().len(), 1);
}

#[tokio::test]
async fn a_full_disk_stops_the_log_only_when_no_segment_is_left() {
    for drive in [Drive::Threads, Drive::Caller] {
        let (disk, fatal) = (SimDisk::new(), Fatal::default());
        let log = open_with(&disk, Options { on_fatal: fatal.hook(), ..options(drive) }).unwrap();
        let mut one = shard(&log, 1);
        append(&mut one, entries(1, 0..1, 100)).await.unwrap();
        disk.set_capacity(Some(2 * SEGMENT as usize));
        let mut written = 1;
        while append(&mut one, entries(1, written..written + 1, 5000)).await.is_ok() {
            written += 1;
        }
        drop(log);
        assert!(written > 5 && written < 20, "{written}");
        assert!(fatal.messages()[0].contains("cannot allocate"), "{:?}", fatal.messages());

        disk.set_capacity(None);
        disk.crash(5);
        let log = open(&disk, drive).unwrap();
        assert_eq!(all(&mut shard(&log, 1)).await.len() as u64, written);
    }
}

#[tokio::test]
async fn a_shortage_is_told_while_there_is_a_segment_left_and_passes_when_there_is_room() {
    let (disk, fatal) = (SimDisk::new(), Fatal::default());
    let log = open_with(&disk, Options { on_fatal: fatal.hook(), ..options(Drive::Threads) }).unwrap();
    let (mut one, mut shortage) = (shard(&log, 1), log.shortage());
    append(&mut one, entries(1, 0..1, 100)).await.unwrap();
    disk.set_capacity(Some(2 * SEGMENT as usize));
    let mut written = 1;
    while segments_in_use(&log) == 1 {
        append(&mut one, entries(1, written..written + 1, 5000)).await.unwrap();
        written += 1;
    }
    let why = shortage.wait_for(Option::is_some).await.unwrap().clone().unwrap();
    assert!(why.contains("cannot allocate"), "{why}");
    // Most of a segment is left: 16 pages, of which one entry takes two.
    for _ in 0..5 {
        append(&mut one, entries(1, written..written + 1, 5000)).await.unwrap();
        written += 1;
    }
    disk.set_capacity(None);
    assert_eq!(*shortage.wait_for(Option::is_none).await.unwrap(), None);
    append(&mut one, entries(1, written..written + 40, 5000)).await.unwrap();
    drop((one, log));
    assert!(fatal.messages().is_empty(), "{:?}", fatal.messages());
}

fn segments_in_use(log: &Log) -> u64 {
    log.stats().segments
}

#[tokio::test]
async fn a_full_disk_does_not_matter_while_segments_are_used_again() {
    for drive in [Drive::Threads, Drive::Caller] {
        let disk = SimDisk::new();
        let log = open(&disk, drive).unwrap();
        let mut one = shard(&log, 1);
        for index in 0..200 {
            append(&mut one, entries(1, index..index + 1, 5000)).await.unwrap();
            one.purge(id(1, index)).await.unwrap();
            if index == 50 {
                // Room for what is there and nothing more; a prepared segment may be in the making.
                disk.set_capacity(Some(4 * SEGMENT as usize));
            }
        }
    }
}

/// A disk whose syncs panic on demand.
struct Panicking {
    disk: SimDisk,
    panics: Arc<AtomicBool>,
}

struct PanickingFile {
    file: Arc<dyn File>,
    panics: Arc<AtomicBool>,
}

impl Disk for Panicking {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.disk.create_dir(dir)
    }
    fn create(&self, path: &Path) -> io::Result<Arc<dyn File>> {
        let file = self.disk.create(path)?;
        Ok(Arc::new(PanickingFile { file, panics: Arc::clone(&self.panics) }))
    }
    fn open(&self, path: &Path) -> io::Result<Arc<dyn File>> {
        self.disk.open(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.disk.remove(path)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.disk.list(dir)
    }
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.disk.sync_dir(dir)
    }
    fn lock(&self, path: &Path) -> io::Result<Box<dyn Lock>> {
        self.disk.lock(path)
    }
}

impl File for PanickingFile {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read_at(offset, buffer)
    }
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write_at(offset, bytes)
    }
    fn sync(&self) -> io::Result<()> {
        assert!(!self.panics.load(Ordering::SeqCst), "the test asked for this panic");
        self.file.sync()
    }
    fn forget_cached(&self) -> io::Result<()> {
        self.file.forget_cached()
    }
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }
}

#[tokio::test]
async fn a_panicking_writer_leaves_nobody_waiting() {
    let (panics, fatal) = (Arc::new(AtomicBool::new(false)), Fatal::default());
    let disk = Panicking { disk: SimDisk::new(), panics: Arc::clone(&panics) };
    let options = Options { on_fatal: fatal.hook(), ..options(Drive::Threads) };
    let log = Log::open(Arc::new(disk), &dir(), options).unwrap();
    let mut one = shard(&log, 1);
    append(&mut one, entries(1, 0..1, 100)).await.unwrap();
    panics.store(true, Ordering::SeqCst);
    assert!(append(&mut one, entries(1, 1..2, 100)).await.is_err());
    assert!(append(&mut one, entries(1, 2..3, 100)).await.is_err());
    drop(log);
    assert_eq!(fatal.messages().len(), 1, "{:?}", fatal.messages());
}
