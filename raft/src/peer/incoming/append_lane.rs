//! Replicated appends of one shard on one connection: to openraft in the order in which they came, without waiting
//! for one to be durable before the next.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::sync::Arc;

use futures_util::{Stream, StreamExt};
use openraft::raft::{AppendEntriesRequest, StreamAppendResult};
use tokio::sync::mpsc;

use super::Handler;
use super::reply::Reply;
use crate::peer::{Refusal, wire};
use crate::types::Types;

/// Appends that may wait here, and as many may be with openraft. Twice what one replication stream sends.
const WAITING_MAX: usize = 128;

/// An append and whom to answer.
#[derive(Debug)]
pub(super) struct Appending {
    pub(super) stream: u64,
    pub(super) append: AppendEntriesRequest<Types>,
    pub(super) reply: Reply,
}

/// Where the appends of a shard go in.
#[derive(Debug)]
pub(super) struct AppendLane {
    appends: mpsc::Sender<Appending>,
}

impl AppendLane {
    /// A lane, and the work that has to be done for it until the lane is dropped.
    pub(super) fn new<H: Handler>(handler: Arc<H>, shard: u16) -> (Self, impl Future<Output = ()> + Send) {
        let (appends, waiting) = mpsc::channel(WAITING_MAX);
        (Self { appends }, serve(handler, shard, waiting))
    }

    /// Queues an append; the connection's reader never waits here.
    pub(super) fn push(&self, appending: Appending) {
        match self.appends.try_send(appending) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(appending)) => appending.reply.refuse_now(&Refusal::Busy),
            Err(mpsc::error::TrySendError::Closed(appending)) => {
                appending.reply.refuse_now(&Refusal::Stopping)
            }
        }
    }
}

async fn serve<H: Handler>(handler: Arc<H>, shard: u16, mut waiting: mpsc::Receiver<Appending>) {
    let mut first = waiting.recv().await;
    // The replication stream in which an append failed, if one did: nothing more of it is taken.
    let mut failed = None;
    while let Some(appending) = first {
        if failed == Some(appending.stream) {
            appending.reply.refuse(&Refusal::BehindFailed).await;
            first = waiting.recv().await;
            continue;
        }
        let Some(raft) = handler.raft(shard) else {
            appending.reply.refuse(&Refusal::UnknownShard).await;
            first = waiting.recv().await;
            continue;
        };
        let number = appending.stream;
        let (input, appends) = mpsc::channel(WAITING_MAX);
        let results = raft.stream_append(received(appends));
        let mut pipeline = Pipeline { number, input, in_flight: VecDeque::new() };
        pipeline.feed(appending);
        match pipeline.run(pin!(results), &mut waiting).await {
            End::Failed => {
                failed = Some(number);
                first = waiting.recv().await;
            }
            End::Superseded(next) => first = Some(next),
            End::Closed => first = None,
        }
    }
}

/// The appends of one replication stream, and openraft's stream for them.
struct Pipeline {
    number: u64,
    input: mpsc::Sender<AppendEntriesRequest<Types>>,
    /// With openraft, oldest first.
    in_flight: VecDeque<Reply>,
}

/// Why a pipeline is over.
enum End {
    /// One append failed, and with it all that were in flight.
    Failed,
    /// This append belongs to another replication stream.
    Superseded(Appending),
    /// The connection is over.
    Closed,
}

impl Pipeline {
    /// Hands an append to openraft. There is room, because no more than `WAITING_MAX` are ever in flight.
    fn feed(&mut self, appending: Appending) {
        let Appending { append, reply, .. } = appending;
        match self.input.try_send(append) {
            Ok(()) => self.in_flight.push_back(reply),
            Err(_) => reply.refuse_now(&Refusal::Abandoned),
        }
    }

    async fn run<R>(mut self, mut results: Pin<&mut R>, waiting: &mut mpsc::Receiver<Appending>) -> End
    where
        R: Stream<Item = Result<StreamAppendResult<Types>, openraft::errors::Fatal<Types>>>,
    {
        loop {
            tokio::select! {
                biased;
                result = results.next(), if !self.in_flight.is_empty() => {
                    if !self.answer(result).await {
                        self.fail().await;
                        return End::Failed;
                    }
                }
                next = waiting.recv(), if self.in_flight.len() < WAITING_MAX => match next {
                    Some(next) if next.stream == self.number => self.feed(next),
                    Some(next) => {
                        self.finish(results).await;
                        return End::Superseded(next);
                    }
                    None => return End::Closed,
                },
            }
        }
    }

    /// Answers the oldest append. `false`: it failed, and openraft's stream is over.
    async fn answer<E: std::fmt::Display>(
        &mut self,
        result: Option<Result<StreamAppendResult<Types>, E>>,
    ) -> bool {
        let Some(reply) = self.in_flight.pop_front() else {
            return false;
        };
        match result {
            Some(Ok(result)) => {
                let goes_on = result.is_ok();
                reply.answer(&wire::AppendAnswer::from(result)).await;
                goes_on
            }
            Some(Err(fatal)) => {
                reply.refuse(&Refusal::failed(fatal)).await;
                false
            }
            None => {
                reply.refuse(&Refusal::Abandoned).await;
                false
            }
        }
    }

    /// openraft may or may not have come to the appends behind the one that failed.
    async fn fail(&mut self) {
        for reply in self.in_flight.drain(..) {
            reply.refuse(&Refusal::BehindFailed).await;
        }
    }

    /// Answers what is in flight and takes nothing more.
    async fn finish<R>(mut self, mut results: Pin<&mut R>)
    where
        R: Stream<Item = Result<StreamAppendResult<Types>, openraft::errors::Fatal<Types>>>,
    {
        while !self.in_flight.is_empty() {
            let result = results.next().await;
            if !self.answer(result).await {
                return self.fail().await;
            }
        }
    }
}

fn received(
    appends: mpsc::Receiver<AppendEntriesRequest<Types>>,
) -> impl Stream<Item = AppendEntriesRequest<Types>> {
    futures_util::stream::unfold(appends, |mut appends| async move {
        let append = appends.recv().await?;
        Some((append, appends))
    })
}
