//! What the tests of the log share: small logs on simulated disks, entries, and ways to look inside.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use engine::ShardId;
use openraft::EntryPayload;
use openraft::storage::{IOFlushed, RaftLogReader, RaftLogStorage};
use openraft::type_config::TypeConfigExt;
use openraft::type_config::alias::OneshotReceiverOf;
use raft::disk::SimDisk;
use raft::log::{Drive, Error, Log, OnFatal, Options, ShardLog};
use raft::types::{Entry, LeaderId, LogId, Payload, Types, Vote};

/// A page, and the length of a segment's header.
pub(crate) const PAGE: usize = 4096;
/// The smallest segments there are, so that tests see many.
pub(crate) const SEGMENT: u32 = 64 << 10;

/// What a test is told when the log cannot go on.
#[derive(Clone, Default)]
pub(crate) struct Fatal(Arc<Mutex<Vec<String>>>);

impl Fatal {
    pub(crate) fn messages(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn hook(&self) -> OnFatal {
        let messages = Arc::clone(&self.0);
        OnFatal::call(move |error| messages.lock().unwrap().push(error.to_string()))
    }
}

pub(crate) fn options(drive: Drive) -> Options {
    let on_fatal = OnFatal::call(|error| eprintln!("the log ended: {error}"));
    Options { segment_bytes: SEGMENT, cache_bytes: 1 << 20, drive, on_fatal, ..Options::default() }
}

/// Holds all syncs until it is dropped, also by a test that fails: closing the log would wait for them.
pub(crate) struct HeldSyncs(SimDisk);

pub(crate) fn hold_syncs(disk: &SimDisk) -> HeldSyncs {
    disk.hold_syncs();
    HeldSyncs(disk.clone())
}

impl Drop for HeldSyncs {
    fn drop(&mut self) {
        self.0.release_syncs();
    }
}

pub(crate) fn dir() -> PathBuf {
    PathBuf::from("/node/log")
}

pub(crate) fn open(disk: &SimDisk, drive: Drive) -> Result<Log, Error> {
    open_with(disk, options(drive))
}

pub(crate) fn open_with(disk: &SimDisk, options: Options) -> Result<Log, Error> {
    Log::open(disk.process(), &dir(), options)
}

pub(crate) fn shard(log: &Log, number: u16) -> ShardLog {
    log.shard(ShardId(number))
}

pub(crate) fn id(term: u64, index: u64) -> LogId {
    LogId { leader_id: LeaderId { term, node_id: 1 }, index }
}

pub(crate) fn vote(term: u64) -> Vote {
    Vote { leader_id: LeaderId { term, node_id: 1 }, committed: true }
}

pub(crate) fn entry(term: u64, index: u64, payload: impl Into<Bytes>) -> Entry {
    Entry { log_id: id(term, index), payload: EntryPayload::Normal(Payload(payload.into())) }
}

/// Entries `indexes` of `term` with `bytes` of payload each, every one different.
pub(crate) fn entries(term: u64, indexes: std::ops::Range<u64>, bytes: usize) -> Vec<Entry> {
    let payload = |index: u64| {
        let mut payload = format!("{term}.{index}.").into_bytes();
        payload.resize(bytes.max(payload.len()), b'x');
        payload
    };
    indexes.map(|index| entry(term, index, payload(index))).collect()
}

pub(crate) type Synced = OneshotReceiverOf<Types, Result<(), std::io::Error>>;

/// Appends and returns what tells when the entries are synced.
pub(crate) async fn start_append(log: &mut ShardLog, entries: Vec<Entry>) -> Result<Synced, std::io::Error> {
    let (sender, synced) = Types::oneshot();
    log.append(entries, IOFlushed::signal(sender)).await?;
    Ok(synced)
}

/// Appends and waits for the sync.
pub(crate) async fn append(log: &mut ShardLog, entries: Vec<Entry>) -> Result<(), std::io::Error> {
    start_append(log, entries).await?.await.expect("every caller is told")
}

/// A log of several segments, 40 entries in all, whose last frame has several pages.
pub(crate) async fn several_segments() -> (SimDisk, Log) {
    let disk = SimDisk::new();
    let log = open(&disk, Drive::Caller).unwrap();
    let mut one = shard(&log, 1);
    for index in 0..40 {
        append(&mut one, entries(1, index..index + 1, 8000)).await.unwrap();
    }
    assert!(segments(&disk).len() >= 5);
    (disk, log)
}

pub(crate) async fn all(log: &mut ShardLog) -> Vec<Entry> {
    log.try_get_log_entries(..).await.unwrap()
}

pub(crate) async fn last(log: &mut ShardLog) -> Option<LogId> {
    log.get_log_state().await.unwrap().last_log_id
}

pub(crate) async fn purged(log: &mut ShardLog) -> Option<LogId> {
    log.get_log_state().await.unwrap().last_purged_log_id
}

/// The segment files, oldest first.
pub(crate) fn segments(disk: &SimDisk) -> Vec<PathBuf> {
    disk.files().into_iter().filter(|path| path.extension().is_some_and(|suffix| suffix == "log")).collect()
}

/// Where frames begin in a segment, with their lengths: whatever looks like one.
pub(crate) fn frames(disk: &SimDisk, segment: &Path) -> Vec<(usize, usize)> {
    let bytes = disk.bytes(segment);
    let is_frame = |at: &usize| bytes[*at..].starts_with(b"FRAM");
    let len = |at: usize| {
        let body = u32::from_le_bytes(bytes[at + 16..at + 20].try_into().unwrap()) as usize;
        (32 + body).next_multiple_of(PAGE)
    };
    (PAGE..bytes.len()).step_by(PAGE).filter(is_frame).map(|at| (at, len(at))).collect()
}

/// Numbers from a seed, which failures print.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 ^ (self.0 >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 32)) % sides
    }
}
