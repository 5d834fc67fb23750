//! Sends a snapshot in pieces, between which everything else passes.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use openraft::errors::{RPCError, StreamingError};
use openraft::raft::SnapshotResponse;
use openraft::{ErrorSubject, ErrorVerb, RPCTypes, StorageError};
use tokio::time::Instant;

use super::answer::{read_answer, rpc_error};
use super::link::{Link, Request};
use crate::peer::{Error, Kind, Peers, SnapshotSource, wire};
use crate::types::{NodeId, Types, Vote};

/// A snapshot that openraft wants to be sent.
pub(super) type Snapshot<S> = openraft::alias::SnapshotOf<Types, S>;

/// Sends the snapshot and waits until the node has installed it, or has answered with a higher vote.
pub(super) async fn send_snapshot<S: SnapshotSource>(
    peers: &Peers,
    node: NodeId,
    shard: u16,
    vote: Vote,
    snapshot: Snapshot<S>,
    time_min: Duration,
) -> Result<SnapshotResponse<Types>, StreamingError<Types>> {
    let options = peers.options();
    let failed = |error: Error| streaming_error(options.node, node, &error);
    let chunk_time = options.snapshot_chunk_timeout.max(time_min);
    let chunk_bytes = options.snapshot_chunk_bytes.min(options.frame_bytes_max / 2);
    let begin = wire::SnapshotBegin::new(vote, &snapshot.meta);
    let mut transfer = Transfer::begin(peers, node, shard, begin, chunk_time).await.map_err(failed)?;
    let mut offset = 0;
    loop {
        let bytes = snapshot.snapshot.read_at(offset, chunk_bytes).await.map_err(storage_error)?;
        if bytes.is_empty() {
            break;
        }
        let next = offset + bytes.len() as u64;
        transfer.chunk(offset, bytes, chunk_time).await.map_err(failed)?;
        offset = next;
    }
    let vote = transfer.end(options.snapshot_install_timeout.max(time_min)).await.map_err(failed)?;
    Ok(SnapshotResponse { vote })
}

/// A transfer that has begun. Dropping it before its end tells the other side to forget it.
struct Transfer {
    link: Arc<Link>,
    node: NodeId,
    shard: u16,
    number: u64,
    ended: bool,
}

impl Transfer {
    async fn begin(
        peers: &Peers,
        node: NodeId,
        shard: u16,
        begin: wire::SnapshotBegin,
        time: Duration,
    ) -> Result<Self, Error> {
        let deadline = Instant::now() + time;
        let link = peers.peer(node)?.link(deadline).await?;
        let body = wire::encode(&begin);
        let mut sent = link.send(Request { kind: Kind::SnapshotBegin, shard, body, deadline }).await?;
        let transfer = Self { link: link.clone(), node, shard, number: sent.number(), ended: false };
        sent.answer(deadline).await?;
        Ok(transfer)
    }

    async fn chunk(&mut self, offset: u64, bytes: Bytes, time: Duration) -> Result<(), Error> {
        let chunk = wire::SnapshotChunk { transfer: self.number, offset, bytes };
        self.ask(Kind::SnapshotChunk, wire::encode_chunk(chunk), time).await?;
        Ok(())
    }

    async fn end(mut self, time: Duration) -> Result<Vote, Error> {
        let body = self.ask(Kind::SnapshotEnd, wire::encode(&self.number), time).await?;
        self.ended = true;
        let installed: wire::SnapshotInstalled = read_answer(self.node, &body)?;
        Ok(installed.vote.into())
    }

    async fn ask(&self, kind: Kind, body: Vec<Bytes>, time: Duration) -> Result<Bytes, Error> {
        let deadline = Instant::now() + time;
        self.link.send(Request { kind, shard: self.shard, body, deadline }).await?.answer(deadline).await
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        if !self.ended {
            self.link.tell(Kind::SnapshotCancel, self.shard, self.number);
        }
    }
}

fn storage_error(error: std::io::Error) -> StreamingError<Types> {
    StreamingError::StorageError(StorageError::from_io_error(
        ErrorSubject::Snapshot(None),
        ErrorVerb::Read,
        error,
    ))
}

fn streaming_error(from: NodeId, to: NodeId, error: &Error) -> StreamingError<Types> {
    match rpc_error(from, to, RPCTypes::InstallSnapshot, error) {
        RPCError::Timeout(error) => error.into(),
        RPCError::Unreachable(error) => error.into(),
        RPCError::Network(error) => error.into(),
        RPCError::RemoteError(error) => match error.source {},
    }
}
