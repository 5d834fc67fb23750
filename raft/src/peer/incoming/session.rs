//! One connection that another node dialled.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Handler;
use super::append_lane::AppendLane;
use super::receive_snapshot::IncomingSnapshot;
use crate::peer::stream::{Budget, FrameReader, Greeted, Kind, Outbox, ReadError, outbox, write_frames};
use crate::peer::wire::Malformed;
use crate::peer::{Counters, Options};
use crate::types::NodeId;

/// Why a session ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum End {
    #[error("it closed the connection")]
    Closed,
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("writing to it failed: {0}")]
    Write(std::io::Error),
    #[error("nothing came from it any more")]
    Silent,
    #[error("this node is shutting down")]
    Stopping,
    #[error("it was replaced, and is not part of the cluster any more")]
    Retired,
    #[error("it sent a {kind:?} that is not one: {error}")]
    Malformed { kind: Kind, error: Malformed },
    #[error("it sent a {0:?}, which is no request")]
    NoRequest(Kind),
}

impl End {
    /// Whether the other side sent what it should not.
    pub(super) fn is_malformed(&self) -> bool {
        match self {
            Self::Read(error) => error.is_malformed(),
            Self::Malformed { .. } | Self::NoRequest(_) => true,
            Self::Closed | Self::Write(_) | Self::Silent | Self::Stopping | Self::Retired => false,
        }
    }
}

/// The state of a connection: what is at work for it.
pub(super) struct Session<H> {
    pub(super) handler: Arc<H>,
    pub(super) from: NodeId,
    pub(super) options: Arc<Options>,
    pub(super) counters: Arc<Counters>,
    pub(super) outbox: Outbox,
    pub(super) raft: Budget,
    pub(super) calls: Budget,
    pub(super) urgent: Budget,
    pub(super) lanes: HashMap<u16, AppendLane>,
    /// By the request number of their beginning.
    pub(super) snapshots: HashMap<u64, IncomingSnapshot>,
    /// Everything else that was started for this connection. It is dropped where it stands when the connection ends.
    pub(super) tasks: JoinSet<()>,
    /// What puts snapshots together. It is not dropped, because a write to the disk cannot be, but told to end.
    pub(super) receiving: TaskTracker,
    pub(super) ended: CancellationToken,
}

/// Serves a connection until it ends, and everything that was started for it has ended.
pub(super) async fn serve<H, R, W>(
    handler: Arc<H>,
    greeted: Greeted<R, W>,
    options: Arc<Options>,
    counters: Arc<Counters>,
    stop: &CancellationToken,
) -> End
where
    H: Handler,
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (outbox, queued) = outbox(options.urgent_max, options.raft_requests_max + options.calls_max);
    let writing = write_frames(greeted.writer, queued, options.write_timeout, counters.clone());
    let mut session = Session {
        handler,
        from: greeted.node,
        counters,
        outbox,
        raft: Budget::new(options.raft_requests_max, options.raft_bytes_max),
        calls: Budget::new(options.calls_max, options.call_bytes_max),
        urgent: Budget::new(options.urgent_max, usize::MAX),
        lanes: HashMap::new(),
        snapshots: HashMap::new(),
        tasks: JoinSet::new(),
        receiving: TaskTracker::new(),
        ended: CancellationToken::new(),
        options,
    };
    let (acquaintances, from) = (session.options.acquaintances.clone(), session.from);
    let end = tokio::select! {
        end = session.receive_all(greeted.reader) => end,
        written = writing => written.map_or_else(End::Write, |()| End::Closed),
        () = stop.cancelled() => End::Stopping,
        () = acquaintances.until_retired(from) => End::Retired,
    };
    session.ended.cancel();
    session.snapshots.clear();
    session.receiving.close();
    session.receiving.wait().await;
    session.tasks.shutdown().await;
    end
}

impl<H: Handler> Session<H> {
    async fn receive_all<R: AsyncRead + Unpin>(&mut self, mut reader: FrameReader<R>) -> End {
        let mut ticks = interval(self.options.ping_interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut silent_intervals = 0;
        loop {
            tokio::select! {
                frame = reader.next() => match frame {
                    Ok(Some(frame)) => {
                        silent_intervals = 0;
                        if let Err(end) = self.receive(frame) {
                            return end;
                        }
                    }
                    Ok(None) => return End::Closed,
                    Err(error) => return error.into(),
                },
                Some(ended) = self.tasks.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(from = self.from, "a request was not carried out to its end: {error}");
                    }
                }
                _ = ticks.tick() => {
                    // Twice as patient as the one who dialled, who pings and so notices first.
                    if silent_intervals > 2 * self.options.silent_intervals_max {
                        return End::Silent;
                    }
                    silent_intervals += 1;
                }
            }
        }
    }
}
