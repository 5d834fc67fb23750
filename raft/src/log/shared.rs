//! What callers, writer and preparing thread share.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use engine::ShardId;
use tokio::sync::watch;

use super::error::Error;
use super::lock::lock;
use super::options::Options;
use super::queue::Queue;
use super::record::Record;
use super::shard::{Shard, State};
use super::stats::{Counters, Stats};

pub(super) struct Shared {
    pub(super) options: Options,
    pub(super) queue: Queue,
    pub(super) counters: Counters,
    shards: Mutex<BTreeMap<ShardId, Arc<Shard>>>,
    recent_bytes: AtomicUsize,
    failed: AtomicBool,
    shortage: watch::Sender<Option<Arc<str>>>,
}

impl Shared {
    pub(super) fn new(options: Options, shards: BTreeMap<ShardId, Arc<Shard>>) -> Arc<Shared> {
        Arc::new(Shared {
            queue: Queue::new(options.queue_bytes),
            options,
            counters: Counters::default(),
            shards: Mutex::new(shards),
            recent_bytes: AtomicUsize::new(0),
            failed: AtomicBool::new(false),
            shortage: watch::Sender::new(None),
        })
    }

    /// The shard `id`; a new one is empty.
    pub(super) fn shard(&self, id: ShardId) -> Arc<Shard> {
        let mut shards = lock(&self.shards);
        Arc::clone(shards.entry(id).or_insert_with(|| Shard::new(id, State::default())))
    }

    /// Changes a shard, and keeps count of the bytes in memory.
    pub(super) fn change<T>(&self, shard: &Shard, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = shard.state();
        let before = state.recent_bytes();
        let result = change(&mut state);
        let after = state.recent_bytes();
        self.recent_bytes.fetch_add(after.wrapping_sub(before), Relaxed);
        result
    }

    /// Drops entries from memory if there are too many, from the shard that has most. An eighth more than needed goes,
    /// so that looking at all shards pays.
    pub(super) fn evict(&self) {
        if self.recent_bytes.load(Relaxed) <= self.options.cache_bytes {
            return;
        }
        let mut shards: Vec<_> = lock(&self.shards).values().cloned().collect();
        shards.sort_by_cached_key(|shard| std::cmp::Reverse(shard.state().recent_bytes()));
        let kept = self.options.cache_bytes / 8 * 7;
        for shard in shards {
            let excess = self.recent_bytes.load(Relaxed).saturating_sub(kept);
            if excess == 0 {
                return;
            }
            self.change(&shard, |state| state.evict(excess));
        }
    }

    /// Queues the last known commit of every shard that has one which did not ride along with another record.
    pub(super) fn queue_committed(&self) {
        for shard in lock(&self.shards).values() {
            let mut state = shard.state();
            if std::mem::take(&mut state.committed_moved) {
                let record = Record::Committed(state.committed);
                self.queue.push([super::queue::Request {
                    shard: Arc::clone(shard),
                    record,
                    ticket: 0,
                    waiter: None,
                }]);
            }
        }
    }

    /// Ends the log: the hook is called, once, then everybody who waits is told. In that order, so that what a process says
    /// at its end is why, and not what followed from it.
    pub(super) fn fail(&self, error: &Error) {
        self.queue.close();
        if !self.failed.swap(true, Relaxed) {
            self.options.on_fatal.report(error);
        }
        let mut queued = VecDeque::new();
        self.queue.take_now(&mut queued);
        for waiter in queued.into_iter().filter_map(|request| request.waiter) {
            waiter.complete(Err(io::Error::other(error.to_string())));
        }
    }

    /// The next segment cannot be prepared, for this reason, or could be after all.
    pub(super) fn short(&self, why: Option<&Error>) {
        let why = why.map(|why| Arc::from(why.to_string()));
        self.shortage.send_if_modified(|shortage| {
            let changed = shortage.is_some() != why.is_some();
            *shortage = why;
            changed
        });
    }

    pub(super) fn shortage(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.shortage.subscribe()
    }

    /// Whether [`Shared::fail`] was called.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Relaxed)
    }

    pub(super) fn stats(&self) -> Stats {
        self.counters.stats(self.recent_bytes.load(Relaxed), self.queue.bytes())
    }
}
