//! What stands in for the machine when a whole cluster runs in one thread under virtual time. Never part of the product.
//!
//! Disk and network are handed to a node ([`crate::node::Ground`]); what code takes without being handed it is here: what
//! time it is, threads for work that blocks, and the end of the process. Beside that, a simulation is told what replicas
//! do, so that it can check it.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use engine::ShardId;

use crate::shard::clock::Moment;
use crate::shard::hashes::Hashes;
use crate::shard::message::Committed;
use crate::shard::reply::ReplyTo;
use crate::shard::request::Request;
use crate::types::LogId;

/// The machine that the code of one node runs on.
pub trait Host {
    /// What time it is there.
    fn now(&self) -> Moment;

    /// How long the next piece of work on a blocking thread takes.
    fn labour(&self) -> Duration;

    /// How long the next write to the log, with its sync, takes from when it was asked for.
    fn sync(&self) -> Duration;

    /// The node's process ends here: nothing that it still does counts.
    fn end(&self);

    /// A replica takes in requests, in this order.
    fn arrived(&self, shard: ShardId, requests: &[(Request, ReplyTo)]);

    /// A replica has applied an entry, and its state hashes to `hash` then.
    fn applied(&self, shard: ShardId, entry: &Committed, hash: u64);

    /// A replica begins with its own snapshot of everything up to `applied`.
    fn restored(&self, shard: ShardId, applied: LogId, hash: u64);

    /// A replica has installed a snapshot of everything up to `applied`.
    fn installed(&self, shard: ShardId, applied: LogId, hash: u64);
}

thread_local! {
    static HOST: RefCell<Option<Rc<dyn Host>>> = const { RefCell::new(None) };
}

/// Code of this thread runs on `host` until what this gives is dropped.
#[must_use]
pub fn enter(host: Rc<dyn Host>) -> Entered {
    Entered { before: HOST.replace(Some(host)) }
}

/// See [`enter`].
pub struct Entered {
    before: Option<Rc<dyn Host>>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        HOST.set(self.before.take());
    }
}

/// What this thread's code runs on, if it is simulated.
pub(crate) fn host() -> Option<Rc<dyn Host>> {
    HOST.with_borrow(Clone::clone)
}

/// How long the next piece of work on a blocking thread takes, if this thread is simulated.
pub(crate) fn labour() -> Option<Duration> {
    host().map(|host| host.labour())
}

/// How long the next write to the log takes, if this thread is simulated.
pub(crate) fn sync() -> Option<Duration> {
    host().map(|host| host.sync())
}

/// A replica takes in requests.
pub(crate) fn arrived(shard: ShardId, requests: &[(Request, ReplyTo)]) {
    if let Some(host) = host() {
        host.arrived(shard, requests);
    }
}

/// A replica begins with a snapshot.
pub(crate) fn restored(shard: ShardId, applied: LogId, hash: u64) {
    if let Some(host) = host() {
        host.restored(shard, applied, hash);
    }
}

/// A replica has installed a snapshot.
pub(crate) fn installed(shard: ShardId, applied: LogId, hash: u64) {
    if let Some(host) = host() {
        host.installed(shard, applied, hash);
    }
}

/// Entries on their way into the state.
pub(crate) struct Entries(Vec<Committed>);

impl Entries {
    /// Nothing is kept unless this thread is simulated.
    pub(crate) fn of(entries: &[Committed]) -> Option<Entries> {
        host().map(|_| Entries(entries.to_vec()))
    }

    /// They are applied, and the state hashed to these at each of the newest indexes.
    pub(crate) fn applied(self, shard: ShardId, hashes: &Hashes) {
        let Some(host) = host() else { return };
        for entry in &self.0 {
            let hash = hashes.at(entry.log_id.index).expect("the newest hashes cover what was just applied");
            host.applied(shard, entry, hash);
        }
    }
}
