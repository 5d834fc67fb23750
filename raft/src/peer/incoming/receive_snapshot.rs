//! Puts together a snapshot that another node sends, and installs it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use openraft::Raft;
use openraft::storage::{RaftStateMachine, Snapshot};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::Handler;
use super::reply::Reply;
use crate::peer::{Refusal, SnapshotSink, wire};
use crate::types::{SnapshotMeta, Types, Vote};

/// Pieces that may wait; whoever sends waits for each to be answered.
const WAITING_MAX: usize = 2;

/// What a snapshot is and who sends it.
#[derive(Debug)]
pub(super) struct Announced {
    pub(super) shard: u16,
    pub(super) vote: Vote,
    pub(super) meta: SnapshotMeta,
}

/// What comes after the announcement.
#[derive(Debug)]
pub(super) enum Piece {
    Chunk { offset: u64, bytes: Bytes },
    End,
}

/// How long a transfer waits.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    /// For the next piece.
    pub(super) idle_max: Duration,
    /// For openraft, to install the snapshot.
    pub(super) install_max: Duration,
    /// No longer than this.
    pub(super) ended: CancellationToken,
}

/// A transfer in progress. Dropping it discards what has come.
#[derive(Debug)]
pub(super) struct IncomingSnapshot {
    pub(super) shard: u16,
    pieces: mpsc::Sender<(Piece, Reply)>,
}

impl IncomingSnapshot {
    /// A transfer, and the work that has to be done for it. `reply` answers the announcement.
    pub(super) fn new<H: Handler>(
        handler: Arc<H>,
        announced: Announced,
        reply: Reply,
        limits: Limits,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let (pieces, waiting) = mpsc::channel(WAITING_MAX);
        let shard = announced.shard;
        (Self { shard, pieces }, receive(handler, announced, reply, waiting, limits))
    }

    /// Whether pieces are still taken.
    pub(super) fn is_open(&self) -> bool {
        !self.pieces.is_closed()
    }

    /// Queues a piece; the connection's reader never waits here.
    pub(super) fn push(&self, piece: Piece, reply: Reply) {
        if let Err(error) = self.pieces.try_send((piece, reply)) {
            let (mpsc::error::TrySendError::Full((_, reply)) | mpsc::error::TrySendError::Closed((_, reply))) =
                error;
            reply.refuse_now(&Refusal::failed("the transfer of this snapshot has ended, or is overrun"));
        }
    }
}

async fn receive<H: Handler>(
    handler: Arc<H>,
    announced: Announced,
    reply: Reply,
    mut pieces: mpsc::Receiver<(Piece, Reply)>,
    limits: Limits,
) {
    let Some(raft) = handler.raft(announced.shard) else {
        return reply.refuse(&Refusal::UnknownShard).await;
    };
    let mut sink = match handler.receive_snapshot(announced.shard, &announced.meta).await {
        Ok(sink) => sink,
        Err(error) => return reply.refuse(&Refusal::failed(error)).await,
    };
    reply.answer(&()).await;
    let mut received = 0;
    while let Ok(Some((piece, reply))) = timeout(limits.idle_max, pieces.recv()).await {
        match piece {
            Piece::End => return install(&raft, announced, sink, reply, limits).await,
            Piece::Chunk { offset, .. } if offset != received => {
                let why = format!("a piece begins at {offset}, and {received} bytes have come");
                return reply.refuse(&Refusal::failed(why)).await;
            }
            Piece::Chunk { bytes, .. } => {
                received += bytes.len() as u64;
                sink = match sink.write(bytes).await {
                    Ok(sink) => sink,
                    Err(error) => return reply.refuse(&Refusal::failed(error)).await,
                };
                reply.answer(&()).await;
            }
        }
    }
}

async fn install<M, S>(raft: &Raft<Types, M>, announced: Announced, sink: S, reply: Reply, limits: Limits)
where
    M: RaftStateMachine<Types>,
    S: SnapshotSink<Snapshot = M::SnapshotData>,
{
    let Announced { vote, meta, .. } = announced;
    let snapshot = match sink.finish().await {
        Ok(snapshot) => snapshot,
        Err(error) => return reply.refuse(&Refusal::failed(error)).await,
    };
    let installing =
        timeout(limits.install_max, raft.install_full_snapshot(vote, Snapshot { meta, snapshot }));
    let installed = tokio::select! {
        installed = installing => installed,
        () = limits.ended.cancelled() => return,
    };
    match installed {
        Ok(Ok(installed)) => reply.answer(&wire::SnapshotInstalled { vote: installed.vote.into() }).await,
        Ok(Err(fatal)) => reply.refuse(&Refusal::failed(fatal)).await,
        Err(_) => reply.refuse(&Refusal::Expired).await,
    }
}
