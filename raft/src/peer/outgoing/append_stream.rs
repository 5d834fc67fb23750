//! Replication: appends of one shard to one node, many of them in flight, answered in order.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use openraft::base::BoxStream;
use openraft::errors::RPCError;
use openraft::raft::{AppendEntriesRequest, StreamAppendError, StreamAppendResult};
use tokio::time::Instant;

use super::answer::read_answer;
use super::link::{Link, Request, Sent};
use crate::peer::stream::{body_bytes, body_bytes_max};
use crate::peer::{Error, Kind, Options, Peers, wire};
use crate::types::{LogId, NodeId, Types};

/// What the answer to an append can be.
#[derive(Debug)]
pub(super) struct Append {
    node: NodeId,
    prev: Option<LogId>,
    last: Option<LogId>,
}

impl Append {
    /// Cuts off entries that do not fit a frame, which openraft allows. `true`: nothing was cut off.
    ///
    /// # Errors
    /// [`Error::TooLarge`], if not even the first entry fits.
    pub(super) fn trim(
        append: &mut AppendEntriesRequest<Types>,
        node: NodeId,
        options: &Options,
    ) -> Result<(Self, bool), Error> {
        let bytes_max = body_bytes_max(options.frame_bytes_max);
        let fitting = wire::entries_that_fit(&append.entries, bytes_max);
        let is_whole = fitting == append.entries.len();
        if fitting == 0 && !is_whole {
            let bytes = entry_bytes(&append.entries[0]);
            return Err(Error::TooLarge { node, bytes, bytes_max });
        }
        append.entries.truncate(fitting);
        let last = append.entries.last().map(|entry| entry.log_id).or(append.prev_log_id);
        Ok((Self { node, prev: append.prev_log_id, last }, is_whole))
    }

    /// Reads the answer. openraft relies on it to be about what was sent.
    pub(super) fn check(&self, body: &[u8]) -> Result<StreamAppendResult<Types>, Error> {
        let answer: StreamAppendResult<Types> = read_answer::<wire::AppendAnswer>(self.node, body)?.into();
        let about_another = match &answer {
            Ok(matching) => *matching != self.last,
            Err(StreamAppendError::Conflict(at)) => Some(*at) != self.prev,
            Err(StreamAppendError::HigherVote(_)) => false,
        };
        if about_another {
            let why = format!("{answer:?} does not answer an append from {:?} to {:?}", self.prev, self.last);
            return Err(Error::Unreadable { node: self.node, why: why.into() });
        }
        Ok(answer)
    }
}

fn entry_bytes(entry: &crate::types::Entry) -> usize {
    match &entry.payload {
        openraft::EntryPayload::Normal(payload) => payload.0.len(),
        _ => 0,
    }
}

/// Opens a stream. A node that is down is given `backoff_max` to come back, because openraft would ask again at once.
pub(super) async fn open<'s, I, E>(
    peers: &Peers,
    node: NodeId,
    shard: u16,
    input: I,
    error: E,
) -> Result<BoxStream<'s, Result<StreamAppendResult<Types>, RPCError<Types>>>, Error>
where
    I: Stream<Item = AppendEntriesRequest<Types>> + Send + Unpin + 'static,
    E: Fn(&Error) -> RPCError<Types> + Send + 's,
{
    let options = peers.options().clone();
    let link = peers.peer(node)?.link_patiently(Instant::now() + options.backoff_max).await?;
    let stream = AppendStream {
        link,
        input: Some(input),
        in_flight: VecDeque::new(),
        bytes: 0,
        node,
        shard,
        number: peers.streams().fetch_add(1, Ordering::Relaxed),
        progress: Instant::now(),
        failed: None,
        options,
    };
    let answers = futures_util::stream::unfold(Some(stream), |stream| async move { stream?.next().await });
    Ok(Box::pin(answers.map(move |answer| answer.map_err(|failure| error(&failure)))))
}

struct AppendStream<I> {
    link: Arc<Link>,
    /// `None`: nothing more is sent.
    input: Option<I>,
    in_flight: VecDeque<InFlight>,
    /// In flight.
    bytes: usize,
    node: NodeId,
    shard: u16,
    /// Tells the other side which appends fall with one that failed.
    number: u64,
    /// When the last answer came.
    progress: Instant,
    /// What prevented sending, to be told after the answers to what was sent.
    failed: Option<Error>,
    options: Options,
}

#[derive(Debug)]
struct InFlight {
    sent: Sent,
    sent_at: Instant,
    bytes: usize,
    append: Append,
}

type Answer = Result<StreamAppendResult<Types>, Error>;

impl<I> AppendStream<I>
where
    I: Stream<Item = AppendEntriesRequest<Types>> + Unpin,
{
    /// The next answer, while sending whatever there is to send; with the stream, if it goes on.
    async fn next(mut self) -> Option<(Answer, Option<Self>)> {
        loop {
            let room = self.in_flight.len() < self.options.appends_in_flight_max
                && self.bytes < self.options.frame_bytes_max;
            let deadline = self.progress + self.options.append_timeout;
            tokio::select! {
                biased;
                body = first_answer(&mut self.in_flight, deadline, &self.options), if !self.in_flight.is_empty() => {
                    let answer = self.answered(body);
                    if self.stands_for_the_next_one_too(&answer) {
                        continue;
                    }
                    let goes_on = matches!(answer, Ok(Ok(_)));
                    return Some((answer, goes_on.then_some(self)));
                }
                append = next_append(&mut self.input), if room && self.input.is_some() => match append {
                    Some(append) => self.send(append).await,
                    None => self.input = None,
                },
                else => return self.failed.take().map(|error| (Err(error), None)),
            }
        }
    }

    fn answered(&mut self, body: Result<Bytes, Error>) -> Answer {
        let first = self.in_flight.pop_front().expect("only an append that is in flight is answered");
        self.bytes -= first.bytes;
        self.progress = Instant::now();
        body.and_then(|body| first.append.check(&body))
    }

    /// Whether openraft would take `answer` for one to the append behind it, which is not answered yet. It goes by the last
    /// log ids alone (0.10.0-alpha.37, `InflightAppendQueue::drain_acked`), and an append that only tells of a commit has
    /// the same one as that before it. As it takes the moment of sending for one at which this node led, an answer
    /// from before a cut would confirm a leader that has long been deposed. The next answer says all that this one does.
    fn stands_for_the_next_one_too(&self, answer: &Answer) -> bool {
        let Ok(Ok(matching)) = answer else { return false };
        self.in_flight.front().is_some_and(|next| next.append.last <= *matching)
    }

    async fn send(&mut self, append: AppendEntriesRequest<Types>) {
        if let Err(error) = self.try_send(append).await {
            self.failed = Some(error);
            self.input = None;
        }
    }

    async fn try_send(&mut self, mut append: AppendEntriesRequest<Types>) -> Result<(), Error> {
        let (expected, is_whole) = Append::trim(&mut append, self.node, &self.options)?;
        if !is_whole {
            // What comes next would not follow the part that is sent; openraft starts over behind that.
            self.input = None;
        }
        let body = wire::encode_append(self.number, append);
        let bytes = body_bytes(&body);
        let sent_at = Instant::now();
        let deadline = sent_at + self.options.append_timeout;
        let request = Request { kind: Kind::Append, shard: self.shard, body, deadline };
        let sent = self.link.send(request).await?;
        self.bytes += bytes;
        self.in_flight.push_back(InFlight { sent, sent_at, bytes, append: expected });
        Ok(())
    }
}

/// The answer to the oldest append. Its time begins when it was sent, or when the one before it was answered.
async fn first_answer(
    in_flight: &mut VecDeque<InFlight>,
    since_progress: Instant,
    options: &Options,
) -> Result<Bytes, Error> {
    match in_flight.front_mut() {
        Some(first) => {
            let deadline = since_progress.max(first.sent_at + options.append_timeout);
            first.sent.answer(deadline).await
        }
        None => std::future::pending().await,
    }
}

async fn next_append<I>(input: &mut Option<I>) -> Option<AppendEntriesRequest<Types>>
where
    I: Stream<Item = AppendEntriesRequest<Types>> + Unpin,
{
    input.as_mut()?.next().await
}
