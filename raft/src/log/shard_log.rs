//! The log of one shard, as openraft writes it.

use std::io;
use std::sync::Arc;

use openraft::OptionalSend;
use openraft::storage::{IOFlushed, LogState, RaftLogStorage};
use openraft::type_config::TypeConfigExt;

use super::driver::Driver;
use super::queue::{Request, Waiter, ended};
use super::record::Record;
use super::shard::{Shard, State, entry_bytes};
use crate::types::{Entry, LogId, Types, Vote};

/// The log of one shard. Clones are the same log; openraft writes through one and reads through others.
///
/// All changes of a shard stand in one order, in memory at once and on the disk a moment later. What returns before it
/// is synced (truncation, purge, the commit) is durable before anything that is acknowledged after it.
#[derive(Clone)]
pub struct ShardLog {
    pub(super) driver: Arc<Driver>,
    pub(super) shard: Arc<Shard>,
}

impl ShardLog {
    /// Changes the shard and queues `record`, as one step. The last known commit rides along: it costs no sync of its
    /// own, and needs none, since it is only a hint of how far entries, which are synced, can be applied again at start.
    /// It stays in the shard's order, or it could be found beside entries that it does not speak of.
    fn change(&self, waiter: Waiter, record: Record, change: impl FnOnce(&mut State)) {
        self.driver.shared.change(&self.shard, |state| {
            change(state);
            let request = self.request(record, 0, Some(waiter));
            self.driver.shared.queue.push(self.committed(state).into_iter().chain([request]));
        });
        self.driver.drive();
    }

    fn committed(&self, state: &mut State) -> Option<Request> {
        let moved = std::mem::take(&mut state.committed_moved);
        moved.then(|| self.request(Record::Committed(state.committed), 0, None))
    }

    fn request(&self, record: Record, ticket: u64, waiter: Option<Waiter>) -> Request {
        Request { shard: Arc::clone(&self.shard), record, ticket, waiter }
    }

    async fn wait_for_room(&self, bytes: usize, callback: Option<IOFlushed<Types>>) -> io::Result<Waiter> {
        match self.driver.shared.queue.room(bytes).await {
            Ok(room) => Ok(Waiter::new(callback, room)),
            Err(error) => {
                if let Some(callback) = callback {
                    callback.io_completed(Err(ended()));
                }
                Err(error)
            }
        }
    }

    /// Makes `entries` readable and queues them, as one step: all, or none if they do not follow the last one.
    fn append_now(&self, entries: Vec<Entry>, waiter: Waiter) -> io::Result<()> {
        let mut waiter = Some(waiter);
        let mut requests = Vec::with_capacity(entries.len() + 1);
        let result = self.driver.shared.change(&self.shard, |state| {
            state.extent.check_follow(entries.iter().map(|entry| entry.log_id))?;
            requests.extend(self.committed(state));
            let last = entries.len() - 1;
            for (at, entry) in entries.into_iter().enumerate() {
                let record = Record::Append(entry.clone());
                let ticket = state.append(entry).expect("the entries were checked to follow each other");
                requests.push(self.request(record, ticket, waiter.take_if(|_| at == last)));
            }
            self.driver.shared.queue.push(requests.drain(..));
            Ok(())
        });
        match result {
            Ok(()) => {
                self.driver.drive();
                Ok(())
            }
            Err(what) => Err(self.refuse(waiter, what)),
        }
    }

    fn refuse(&self, waiter: Option<Waiter>, what: String) -> io::Error {
        let error =
            || io::Error::new(io::ErrorKind::InvalidInput, format!("shard {}: {what}", self.shard.id));
        if let Some(waiter) = waiter {
            waiter.complete(Err(error()));
        }
        error()
    }
}

impl RaftLogStorage<Types> for ShardLog {
    type LogReader = ShardLog;

    async fn get_log_state(&mut self) -> io::Result<LogState<Types>> {
        let state = self.shard.state();
        Ok(LogState { last_purged_log_id: state.extent.purged, last_log_id: state.extent.last() })
    }

    async fn get_log_reader(&mut self) -> ShardLog {
        self.clone()
    }

    /// Returns once the vote is synced.
    async fn save_vote(&mut self, vote: &Vote) -> io::Result<()> {
        #[cfg(feature = "planted")]
        if engine::planted::has(engine::planted::Bug::VoteForgotten) {
            self.shard.state().vote = Some(*vote);
            return Ok(());
        }
        let (sender, synced) = Types::oneshot();
        let waiter = self.wait_for_room(CONTROL_BYTES, Some(IOFlushed::signal(sender))).await?;
        self.change(waiter, Record::Vote(*vote), |state| state.vote = Some(*vote));
        synced.await.map_err(|_| ended())?
    }

    /// Costs nothing: it is written with the shard's next record.
    async fn save_committed(&mut self, committed: Option<LogId>) -> io::Result<()> {
        let mut state = self.shard.state();
        state.committed = committed;
        state.committed_moved = true;
        Ok(())
    }

    async fn read_committed(&mut self) -> io::Result<Option<LogId>> {
        Ok(self.shard.state().committed)
    }

    /// The entries are readable when this returns; the callback is called from the writer once they are synced. Waits
    /// while the queue is full.
    async fn append<I>(&mut self, entries: I, callback: IOFlushed<Types>) -> io::Result<()>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let entries: Vec<Entry> = entries.into_iter().collect();
        if entries.is_empty() {
            callback.io_completed(Ok(()));
            return Ok(());
        }
        let bytes = entries.iter().map(entry_bytes).sum();
        let waiter = self.wait_for_room(bytes, Some(callback)).await?;
        let largest = entries.iter().map(entry_bytes).max().unwrap_or_default();
        let allowed = self.driver.shared.options.entry_bytes_max();
        if largest > allowed {
            let what = format!("an entry has {largest} bytes; half a segment, {allowed} bytes, is the most");
            return Err(self.refuse(Some(waiter), what));
        }
        self.append_now(entries, waiter)
    }

    async fn truncate_after(&mut self, last: Option<LogId>) -> io::Result<()> {
        let waiter = self.wait_for_room(CONTROL_BYTES, None).await?;
        self.change(waiter, Record::TruncateAfter(last), |state| state.truncate_after(last));
        Ok(())
    }

    async fn purge(&mut self, last: LogId) -> io::Result<()> {
        let waiter = self.wait_for_room(CONTROL_BYTES, None).await?;
        self.change(waiter, Record::Purge(last), |state| state.purge(last));
        Ok(())
    }
}

/// What a record without an entry takes of the queue's room, in bytes.
const CONTROL_BYTES: usize = 64;
