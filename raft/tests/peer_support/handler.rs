//! What the nodes of the tests answer.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use openraft::Raft;
use raft::peer::{CallKind, Handler, Refusal};
use raft::types::{NodeId, SnapshotMeta, Types};
use tokio::time::sleep;

use super::machine::{Machine, MemorySink};

/// Answers with the caller, the shard and the body.
pub const ECHO: CallKind = CallKind(1);
/// Never answers.
pub const SLEEP: CallKind = CallKind(2);
/// Panics.
pub const PANIC: CallKind = CallKind(3);
/// Answers with more bytes than a frame takes.
pub const FLOOD: CallKind = CallKind(4);

/// The shard that nodes of the tests host.
pub const SHARD: u16 = 7;

#[derive(Default)]
pub struct TestHandler {
    raft: Mutex<Option<Raft<Types, Machine>>>,
    /// Calls at work now, and the most there ever were.
    at_work: AtomicUsize,
    at_work_max: AtomicUsize,
    /// Held by every snapshot that is being received.
    pub sinks: Arc<()>,
}

impl TestHandler {
    pub fn set_raft(&self, raft: Raft<Types, Machine>) {
        *self.raft.lock().unwrap() = Some(raft);
    }

    pub fn at_work(&self) -> usize {
        self.at_work.load(Ordering::SeqCst)
    }

    pub fn at_work_max(&self) -> usize {
        self.at_work_max.load(Ordering::SeqCst)
    }

    /// Snapshots that are being received.
    pub fn receiving(&self) -> usize {
        Arc::strong_count(&self.sinks) - 1
    }
}

/// Counts a call while it is at work.
struct AtWork<'a>(&'a TestHandler);

impl<'a> AtWork<'a> {
    fn new(handler: &'a TestHandler) -> Self {
        let now = handler.at_work.fetch_add(1, Ordering::SeqCst) + 1;
        handler.at_work_max.fetch_max(now, Ordering::SeqCst);
        Self(handler)
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.at_work.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Handler for TestHandler {
    type Machine = Machine;
    type Sink = MemorySink;

    fn raft(&self, shard: u16) -> Option<Raft<Types, Machine>> {
        self.raft.lock().unwrap().clone().filter(|_| shard == SHARD)
    }

    async fn receive_snapshot(&self, _shard: u16, _meta: &SnapshotMeta) -> io::Result<MemorySink> {
        Ok(MemorySink::new(self.sinks.clone()))
    }

    async fn call(&self, from: NodeId, shard: u16, kind: CallKind, body: Bytes) -> Result<Bytes, Refusal> {
        let _at_work = AtWork::new(self);
        match kind {
            ECHO => Ok([from.to_string().as_bytes(), b" ", shard.to_string().as_bytes(), b" ", &body]
                .concat()
                .into()),
            SLEEP => {
                sleep(Duration::from_secs(3600)).await;
                Err(Refusal::Stopping)
            }
            PANIC => panic!("a handler that panics, on purpose"),
            FLOOD => Ok(vec![0; 9 << 20].into()),
            _ => Err(Refusal::UnknownKind),
        }
    }
}
