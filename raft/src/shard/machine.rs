//! openraft's state machine: hands committed entries to the shard's actor and waits until they are applied.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use engine::ShardId;
use engine::snapshot::{Capture, Loader};
use futures_util::{Stream, StreamExt};
use openraft::EntryPayload;
use openraft::entry::RaftEntry;
use openraft::storage::{ApplyResponder, EntryResponder, RaftSnapshotBuilder, RaftStateMachine};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::inbox::{Inbox, Work};
use super::message::Committed;
use crate::blocking;
use crate::entry;
use crate::snapshot::{self, SnapshotFile, SnapshotStore};
use crate::types::{Entry, LogId, SnapshotMeta, StoredMembership, Types};

/// One shard's Raft handle.
pub type Raft = openraft::Raft<Types, Machine>;
/// A snapshot: what it covers, and its file.
pub type Snapshot = openraft::alias::SnapshotOf<Types, SnapshotFile>;

/// How many entries go to the actor at once: so that attempts get their turn in between.
const ENTRIES_MAX: usize = 64;
/// How long to wait with a snapshot for which there was no room, and how long at most once that went on.
const FULL_PAUSE: Duration = Duration::from_secs(1);
const FULL_PAUSE_MAX: Duration = Duration::from_secs(60);
/// How many bytes of a snapshot are read at once, on load.
const READ_BYTES: usize = 1 << 20;

/// The state machine of one shard on one node.
pub struct Machine {
    shard: ShardId,
    inbox: Arc<Inbox>,
    snapshots: SnapshotStore,
    applied: Option<LogId>,
    membership: StoredMembership,
    /// Cancelled when this is dropped: nobody waits for a snapshot any more.
    ended: CancellationToken,
}

impl Machine {
    /// A machine over the actor behind `inbox`, whose state is that of `snapshot`, or empty.
    pub fn new(
        shard: ShardId,
        inbox: Arc<Inbox>,
        snapshots: SnapshotStore,
        snapshot: Option<&SnapshotMeta>,
    ) -> Machine {
        let applied = snapshot.and_then(|meta| meta.last_log_id);
        let membership = snapshot.map(|meta| meta.last_membership.clone()).unwrap_or_default();
        let ended = CancellationToken::new();
        Machine { shard, inbox, snapshots, applied, membership, ended }
    }

    async fn hand_over(&mut self, waiting: &mut Vec<Waiting>, bytes: u64) -> io::Result<()> {
        if waiting.is_empty() {
            return Ok(());
        }
        let (done, applied) = oneshot::channel();
        let (entries, responders): (Vec<Committed>, Vec<_>) =
            waiting.drain(..).map(|waiting| (waiting.committed, waiting.responder)).unzip();
        self.inbox.push(Work::Committed { entries, bytes, done });
        applied.await.map_err(|_| stopped())?;
        responders.into_iter().flatten().for_each(|responder| responder.send(()));
        Ok(())
    }

    /// Keeps what openraft wants to know again, and decodes the rest.
    fn take_in(&mut self, entry: Entry) -> io::Result<(Committed, u64)> {
        let log_id = entry.log_id();
        self.applied = Some(log_id);
        let (batch, bytes) = match entry.payload {
            EntryPayload::Normal(payload) => {
                let batch = entry::decode(&payload.0).map_err(|error| {
                    io::Error::new(
                        io::ErrorKind::InvalidData,
                        format!("shard {} at {log_id}: {error}", self.shard),
                    )
                })?;
                (Some(batch), payload.0.len() as u64)
            }
            EntryPayload::Membership(membership) => {
                self.membership = StoredMembership::new(Some(log_id), membership);
                (None, 0)
            }
            EntryPayload::Blank => (None, 0),
        };
        Ok((Committed { log_id, batch }, bytes))
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.ended.cancel();
    }
}

/// An entry on its way to the actor, and whom to tell.
struct Waiting {
    committed: Committed,
    responder: Option<ApplyResponder<Types>>,
}

fn stopped() -> io::Error {
    io::Error::other("the shard's actor has ended")
}

impl RaftStateMachine<Types> for Machine {
    type SnapshotData = SnapshotFile;
    type SnapshotBuilder = Builder;

    async fn applied_state(&mut self) -> Result<(Option<LogId>, StoredMembership), io::Error> {
        Ok((self.applied, self.membership.clone()))
    }

    async fn apply<Strm>(&mut self, mut entries: Strm) -> Result<(), io::Error>
    where
        Strm: Stream<Item = Result<EntryResponder<Types>, io::Error>> + Unpin + Send,
    {
        let (mut waiting, mut bytes) = (Vec::new(), 0);
        while let Some(next) = entries.next().await {
            let (entry, responder) = next?;
            let (committed, size) = self.take_in(entry)?;
            bytes += size;
            waiting.push(Waiting { committed, responder });
            if waiting.len() == ENTRIES_MAX {
                self.hand_over(&mut waiting, std::mem::take(&mut bytes)).await?;
            }
        }
        self.hand_over(&mut waiting, bytes).await
    }

    async fn get_snapshot_builder(&mut self) -> Builder {
        let (to, captured) = oneshot::channel();
        self.inbox.push(Work::Capture(to));
        let meta = SnapshotMeta { last_log_id: self.applied, last_membership: self.membership.clone() };
        Builder {
            shard: self.shard,
            snapshots: self.snapshots.clone(),
            capture: captured.await.ok(),
            meta,
            ended: self.ended.clone(),
        }
    }

    async fn install_snapshot(
        &mut self,
        meta: &SnapshotMeta,
        snapshot: SnapshotFile,
    ) -> Result<(), io::Error> {
        let applied =
            meta.last_log_id.ok_or_else(|| io::Error::other("a snapshot of nothing cannot be installed"))?;
        let shard = self.shard;
        let engine = blocking::run(move || load(shard, &snapshot)).await??;
        let (done, installed) = oneshot::channel();
        self.inbox.push(Work::Install { engine: Box::new(engine), applied, done });
        installed.await.map_err(|_| stopped())?;
        self.applied = Some(applied);
        self.membership = meta.last_membership.clone();
        Ok(())
    }

    async fn get_current_snapshot(&mut self) -> Result<Option<Snapshot>, io::Error> {
        let (snapshots, shard) = (self.snapshots.clone(), self.shard);
        let current = blocking::run(move || snapshots.current(shard).map_err(io::Error::other)).await??;
        Ok(current.map(|file| Snapshot { meta: file.meta().clone(), snapshot: file }))
    }
}

/// Writes one snapshot of a captured state. That there is no room for it ends nothing: the log keeps what it would have
/// covered.
pub struct Builder {
    shard: ShardId,
    snapshots: SnapshotStore,
    capture: Option<Capture>,
    meta: SnapshotMeta,
    ended: CancellationToken,
}

impl RaftSnapshotBuilder<Types> for Builder {
    type SnapshotData = SnapshotFile;

    async fn build_snapshot(&mut self) -> Result<Snapshot, io::Error> {
        let capture = self.capture.take().ok_or_else(stopped)?;
        let (snapshots, shard) = (self.snapshots.clone(), self.shard);
        let current = blocking::run(move || snapshots.current(shard).map_err(io::Error::other)).await??;
        match current {
            Some(current) => self.build_next(capture, current).await,
            None => self.build_first(capture).await,
        }
    }
}

impl Builder {
    /// Builds one that takes the place of `current`. If there is no room for it, `current` stays: openraft knows that one,
    /// and asks for another when there is as much log again.
    async fn build_next(&self, capture: Capture, current: SnapshotFile) -> Result<Snapshot, io::Error> {
        match self.write(capture).await? {
            Ok(snapshot) => Ok(snapshot),
            Err(full) => {
                warn!(shard = %self.shard, "there is no room for a snapshot, and the last one stays: {full}");
                Ok(Snapshot { meta: current.meta().clone(), snapshot: current })
            }
        }
    }

    /// Builds the first there is, as often as it takes. While there is no room, the pages that change meanwhile are in
    /// memory twice.
    async fn build_first(&self, capture: Capture) -> Result<Snapshot, io::Error> {
        let mut pause = FULL_PAUSE;
        loop {
            match self.write(capture.clone()).await? {
                Ok(snapshot) => return Ok(snapshot),
                Err(full) => {
                    warn!(shard = %self.shard, "there is no room for a snapshot, it is tried again in {pause:?}: {full}");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.ended.cancelled() => return Err(stopped()),
            }
            pause = (pause * 2).min(FULL_PAUSE_MAX);
        }
    }

    /// Writes it; the inner error says that there is no room.
    async fn write(&self, capture: Capture) -> io::Result<Result<Snapshot, snapshot::Error>> {
        let (snapshots, shard, meta) = (self.snapshots.clone(), self.shard, self.meta.clone());
        blocking::run(move || match write(&snapshots, shard, meta.clone(), capture) {
            Ok(snapshot) => Ok(Ok(Snapshot { meta, snapshot })),
            Err(error) if error.is_full() => Ok(Err(error)),
            Err(error) => Err(io::Error::other(error)),
        })
        .await?
    }
}

fn write(
    snapshots: &SnapshotStore,
    shard: ShardId,
    meta: SnapshotMeta,
    capture: Capture,
) -> Result<SnapshotFile, snapshot::Error> {
    let mut writer = snapshots.create(shard, meta)?;
    for chunk in capture.chunks() {
        writer.write(&frame(&chunk))?;
    }
    writer.finish()
}

/// The engine's chunks are of different lengths, and a file is one run of bytes: each chunk goes behind its length.
fn frame(chunk: &[u8]) -> Vec<u8> {
    let length = u32::try_from(chunk.len()).expect("a chunk has about 64 KiB");
    [&length.to_le_bytes()[..], chunk].concat()
}

/// Loads the state that `snapshot` holds. Cost: reads and decodes all of it.
///
/// # Errors
/// When the file cannot be read or is not a snapshot of this shard.
pub fn load(shard: ShardId, snapshot: &SnapshotFile) -> io::Result<engine::Shard> {
    let damaged = |error: &dyn std::fmt::Display| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("the snapshot of shard {shard} cannot be loaded: {error}"),
        )
    };
    let mut loader = Loader::new(shard);
    let (mut offset, mut buffer) = (0, Vec::new());
    loop {
        let read = snapshot.read_at(offset, READ_BYTES).map_err(io::Error::other)?;
        offset += read.len() as u64;
        buffer.extend_from_slice(&read);
        let mut rest = buffer.as_slice();
        while let Some((chunk, behind)) = next_chunk(rest) {
            loader.feed(chunk).map_err(|error| damaged(&error))?;
            rest = behind;
        }
        buffer = rest.to_vec();
        if read.is_empty() {
            break;
        }
    }
    if !buffer.is_empty() {
        return Err(damaged(&format_args!("{} bytes are left over", buffer.len())));
    }
    loader.finish().map_err(|error| damaged(&error))
}

fn next_chunk(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
}
