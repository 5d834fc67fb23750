//! A state machine that remembers every payload, and snapshots of it.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::{Stream, TryStreamExt};
use openraft::storage::{EntryResponder, RaftSnapshotBuilder, RaftStateMachine, Snapshot};
use openraft::{EntryPayload, OptionalSend, alias};
use raft::peer::{SnapshotSink, SnapshotSource};
use raft::types::{LogId, SnapshotMeta, StoredMembership, Types};

/// All payloads, each behind its length.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    applied: Option<LogId>,
    membership: StoredMembership,
    payloads: Vec<Bytes>,
    snapshot: Option<Snapshotted>,
    /// Snapshots that came from elsewhere.
    installed: usize,
}

type Snapshotted = alias::SnapshotOf<Types, MemorySnapshot>;

/// The bytes of a snapshot.
#[derive(Debug, Clone, Default)]
pub struct MemorySnapshot(pub Bytes);

impl Machine {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn payloads(&self) -> Vec<Bytes> {
        self.state().payloads.clone()
    }

    pub fn installed(&self) -> usize {
        self.state().installed
    }
}

impl RaftStateMachine<Types> for Machine {
    type SnapshotData = MemorySnapshot;
    type SnapshotBuilder = Self;

    async fn applied_state(&mut self) -> Result<(Option<LogId>, StoredMembership), io::Error> {
        let state = self.state();
        Ok((state.applied, state.membership.clone()))
    }

    async fn apply<S>(&mut self, mut entries: S) -> Result<(), io::Error>
    where
        S: Stream<Item = Result<EntryResponder<Types>, io::Error>> + Unpin + OptionalSend,
    {
        while let Some((entry, responder)) = entries.try_next().await? {
            let mut state = self.state();
            state.applied = Some(entry.log_id);
            match entry.payload {
                EntryPayload::Blank => {}
                EntryPayload::Normal(payload) => state.payloads.push(payload.0),
                EntryPayload::Membership(membership) => {
                    state.membership = StoredMembership::new(Some(entry.log_id), membership);
                }
            }
            drop(state);
            if let Some(responder) = responder {
                responder.send(());
            }
        }
        Ok(())
    }

    async fn get_snapshot_builder(&mut self) -> Self {
        self.clone()
    }

    async fn install_snapshot(
        &mut self,
        meta: &SnapshotMeta,
        snapshot: MemorySnapshot,
    ) -> Result<(), io::Error> {
        let mut state = self.state();
        state.applied = meta.last_log_id;
        state.membership = meta.last_membership.clone();
        state.payloads = split(&snapshot.0);
        state.snapshot = Some(Snapshot { meta: meta.clone(), snapshot });
        state.installed += 1;
        Ok(())
    }

    async fn get_current_snapshot(&mut self) -> Result<Option<Snapshotted>, io::Error> {
        Ok(self.state().snapshot.clone())
    }
}

impl RaftSnapshotBuilder<Types> for Machine {
    type SnapshotData = MemorySnapshot;

    async fn build_snapshot(&mut self) -> Result<Snapshotted, io::Error> {
        let mut state = self.state();
        let meta = SnapshotMeta { last_log_id: state.applied, last_membership: state.membership.clone() };
        let snapshot = Snapshot { meta, snapshot: MemorySnapshot(join(&state.payloads)) };
        state.snapshot = Some(snapshot.clone());
        Ok(snapshot)
    }
}

fn join(payloads: &[Bytes]) -> Bytes {
    let mut bytes = BytesMut::new();
    for payload in payloads {
        bytes.put_u32(payload.len().try_into().unwrap());
        bytes.extend_from_slice(payload);
    }
    bytes.freeze()
}

fn split(mut bytes: &[u8]) -> Vec<Bytes> {
    let mut payloads = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let (payload, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        payloads.push(Bytes::copy_from_slice(payload));
        bytes = rest;
    }
    payloads
}

impl SnapshotSource for MemorySnapshot {
    async fn read_at(&self, offset: u64, bytes_max: usize) -> io::Result<Bytes> {
        let begin = usize::try_from(offset).unwrap().min(self.0.len());
        let end = self.0.len().min(begin + bytes_max);
        Ok(self.0.slice(begin..end))
    }
}

/// A snapshot that is being received. It counts itself while it exists.
#[derive(Debug)]
pub struct MemorySink {
    bytes: BytesMut,
    alive: Arc<()>,
}

impl MemorySink {
    pub fn new(alive: Arc<()>) -> Self {
        Self { bytes: BytesMut::new(), alive }
    }
}

impl SnapshotSink for MemorySink {
    type Snapshot = MemorySnapshot;

    async fn write(mut self, bytes: Bytes) -> io::Result<Self> {
        self.bytes.extend_from_slice(&bytes);
        Ok(self)
    }

    async fn finish(self) -> io::Result<MemorySnapshot> {
        Ok(MemorySnapshot(self.bytes.freeze()))
    }
}
