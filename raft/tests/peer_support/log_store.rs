//! A log in memory. What is in it outlives the node that uses it, as a disk would.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io;
use std::ops::RangeBounds;
use std::sync::{Arc, Mutex, MutexGuard};

use openraft::storage::{IOFlushed, LogState, RaftLogReader, RaftLogStorage};
use openraft::{OptionalSend, alias};
use raft::types::{Entry, LogId, Types, Vote};

#[derive(Clone, Default)]
pub struct MemoryLog {
    disk: Arc<Mutex<Disk>>,
}

#[derive(Default)]
struct Disk {
    vote: Option<Vote>,
    committed: Option<LogId>,
    purged: Option<LogId>,
    entries: BTreeMap<u64, Entry>,
    /// What was written and is not durable yet, while the disk is being held up.
    held: Option<Vec<IOFlushed<Types>>>,
}

impl MemoryLog {
    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap()
    }

    /// The first index that is still there.
    pub fn first_index(&self) -> Option<u64> {
        self.disk().entries.keys().next().copied()
    }

    /// From now on nothing that is written becomes durable.
    pub fn hold(&self) {
        self.disk().held.get_or_insert_default();
    }

    /// Everything that was written is durable now.
    pub fn release(&self) {
        let held = self.disk().held.take();
        held.into_iter().flatten().for_each(|callback| callback.io_completed(Ok(())));
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.disk().entries.values().cloned().collect()
    }
}

impl RaftLogReader<Types> for MemoryLog {
    async fn try_get_log_entries<R>(&mut self, range: R) -> Result<Vec<alias::EntryOf<Types>>, io::Error>
    where
        R: RangeBounds<u64> + Clone + Debug + OptionalSend,
    {
        Ok(self.disk().entries.range(range).map(|(_, entry)| entry.clone()).collect())
    }

    async fn read_vote(&mut self) -> Result<Option<Vote>, io::Error> {
        Ok(self.disk().vote)
    }
}

impl RaftLogStorage<Types> for MemoryLog {
    type LogReader = Self;

    async fn get_log_state(&mut self) -> Result<LogState<Types>, io::Error> {
        let disk = self.disk();
        let last = disk.entries.values().next_back().map(|entry| entry.log_id);
        Ok(LogState { last_purged_log_id: disk.purged, last_log_id: last.or(disk.purged) })
    }

    async fn get_log_reader(&mut self) -> Self {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &Vote) -> Result<(), io::Error> {
        self.disk().vote = Some(*vote);
        Ok(())
    }

    async fn save_committed(&mut self, committed: Option<LogId>) -> Result<(), io::Error> {
        self.disk().committed = committed;
        Ok(())
    }

    async fn read_committed(&mut self) -> Result<Option<LogId>, io::Error> {
        Ok(self.disk().committed)
    }

    async fn append<I>(&mut self, entries: I, callback: IOFlushed<Types>) -> Result<(), io::Error>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let mut disk = self.disk();
        disk.entries.extend(entries.into_iter().map(|entry| (entry.log_id.index, entry)));
        match &mut disk.held {
            Some(held) => held.push(callback),
            None => callback.io_completed(Ok(())),
        }
        Ok(())
    }

    async fn truncate_after(&mut self, last: Option<LogId>) -> Result<(), io::Error> {
        self.disk().entries.split_off(&last.map_or(0, |last| last.index + 1));
        Ok(())
    }

    async fn purge(&mut self, upto: LogId) -> Result<(), io::Error> {
        let mut disk = self.disk();
        disk.entries = disk.entries.split_off(&(upto.index + 1));
        disk.purged = Some(upto);
        Ok(())
    }
}
