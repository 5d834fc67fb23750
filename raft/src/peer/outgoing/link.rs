//! One live connection to another node.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use engine::codec;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

use super::pending::{Answer, Pending};
use crate::peer::counters::count;
use crate::peer::stream::{
    Budget, Class, Frame, FrameReader, Greeted, Header, Kind, Outbox, Outgoing, Permit, body_bytes,
    body_bytes_max, outbox, write_frames,
};
use crate::peer::{CallKind, Counters, Error, Options, Refusal};
use crate::types::NodeId;

/// A connection to a node: requests go out, answers come back in any order.
#[derive(Debug)]
pub(super) struct Link {
    node: NodeId,
    bytes_max: usize,
    outbox: Outbox,
    pending: Pending,
    raft: Budget,
    calls: Budget,
    urgent: Budget,
    silent_intervals: AtomicU32,
    counters: Arc<Counters>,
}

/// A request to be sent.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) kind: Kind,
    pub(super) shard: u16,
    pub(super) body: Vec<Bytes>,
    pub(super) deadline: Instant,
}

/// A request that was sent. Dropping it means that nobody waits any more; the other node may carry it out all the same.
#[derive(Debug)]
pub(super) struct Sent {
    link: Arc<Link>,
    request: u64,
    answer: oneshot::Receiver<Answer>,
    sent_at: Instant,
}

impl Link {
    /// Serves the connection until it ends; `up` is told of the link as soon as it can be used. Returns what ended it.
    pub(super) async fn run<R, W>(
        greeted: Greeted<R, W>,
        options: &Options,
        counters: Arc<Counters>,
        up: impl FnOnce(Arc<Link>),
    ) -> Arc<str>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let (outbox, queued) = outbox(options.urgent_max, options.raft_requests_max + options.calls_max);
        let link = Arc::new(Self {
            node: greeted.node,
            bytes_max: options.frame_bytes_max,
            outbox,
            pending: Pending::new(),
            raft: Budget::new(options.raft_requests_max, options.raft_bytes_max),
            calls: Budget::new(options.calls_max, options.call_bytes_max),
            urgent: Budget::new(options.urgent_max, usize::MAX),
            silent_intervals: AtomicU32::new(0),
            counters: counters.clone(),
        });
        up(link.clone());
        let why: Arc<str> = tokio::select! {
            why = link.read(greeted.reader) => why,
            why = link.ping(options.ping_interval, options.silent_intervals_max) => why,
            written = write_frames(greeted.writer, queued, options.write_timeout, counters) => match written {
                Ok(()) => "nothing more to write".into(),
                Err(error) => format!("writing failed: {error}").into(),
            },
        };
        link.pending.close(why.clone());
        why
    }

    /// Ends the waiting of all requests, for when the connection is not served any more.
    pub(super) fn close(&self, why: &str) {
        self.pending.close(why.into());
    }

    /// Whether requests can be sent over it.
    pub(super) fn is_open(&self) -> bool {
        self.pending.closed().is_none()
    }

    async fn read<R: AsyncRead + Unpin>(&self, mut reader: FrameReader<R>) -> Arc<str> {
        loop {
            match reader.next().await {
                Ok(Some(frame)) => {
                    self.silent_intervals.store(0, Ordering::Relaxed);
                    if let Err(why) = self.receive(frame) {
                        count(&self.counters.malformed);
                        return why;
                    }
                }
                Ok(None) => return "the other side closed it".into(),
                Err(error) => {
                    if error.is_malformed() {
                        count(&self.counters.malformed);
                    }
                    return error.to_string().into();
                }
            }
        }
    }

    fn receive(&self, frame: Frame) -> Result<(), Arc<str>> {
        let answer = match frame.header.kind {
            Kind::Pong => return Ok(()),
            Kind::Answer => Ok(frame.body),
            Kind::Refusal => {
                count(&self.counters.refused);
                Err(codec::decode::<Refusal>(&frame.body).map_err(|error| error.to_string())?)
            }
            kind => return Err(format!("it answered with a {kind:?}").into()),
        };
        if !self.pending.settle(frame.header.request, answer) {
            count(&self.counters.late);
        }
        Ok(())
    }

    /// Counts intervals rather than time: a node that was itself stopped for a while does not blame the other.
    async fn ping(&self, every: Duration, silent_intervals_max: u32) -> Arc<str> {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let silent = self.silent_intervals.fetch_add(1, Ordering::Relaxed);
            if silent >= silent_intervals_max {
                return format!("nothing came for {:?}", every * silent).into();
            }
            self.outbox.offer(Class::Urgent, Outgoing::new(Header::bare(Kind::Ping, 0), Vec::new()));
        }
    }

    /// Sends a request. The order in which requests of one class are sent is the order in which they arrive.
    ///
    /// # Errors
    /// Only such after which nothing has been sent.
    pub(super) async fn send(self: &Arc<Self>, request: Request) -> Result<Sent, Error> {
        let Request { kind, shard, body, deadline } = request;
        let sent_at = Instant::now();
        let permit = self.permit(kind, &body, deadline).await?;
        let (number, answer) = self.pending.add(Some(permit)).map_err(|why| self.unreachable(why))?;
        let sent = Sent { link: self.clone(), request: number, answer, sent_at };
        let header = Header::new(kind, shard, number, deadline.saturating_duration_since(sent_at));
        match timeout_at(deadline, self.outbox.send(class(kind), Outgoing::new(header, body))).await {
            Ok(Ok(())) => Ok(sent),
            Ok(Err(closed)) => Err(self.unreachable(closed.to_string().into())),
            Err(_) => Err(Error::Overloaded { node: self.node }),
        }
    }

    async fn permit(&self, kind: Kind, body: &[Bytes], deadline: Instant) -> Result<Permit, Error> {
        let bytes = body_bytes(body);
        let bytes_max = body_bytes_max(self.bytes_max);
        if bytes > bytes_max {
            return Err(Error::TooLarge { node: self.node, bytes, bytes_max });
        }
        let budget = match kind {
            Kind::Call => &self.calls,
            _ if class(kind) == Class::Urgent => &self.urgent,
            _ => &self.raft,
        };
        budget.take(bytes, deadline).await.ok_or(Error::Overloaded { node: self.node })
    }

    /// Sends what has no answer, if there is room for it at once.
    pub(super) fn tell(&self, kind: Kind, shard: u16, request: u64) {
        let header = Header { shard, ..Header::bare(kind, request) };
        self.outbox.offer(Class::Bulk, Outgoing::new(header, Vec::new()));
    }

    fn unreachable(&self, why: Arc<str>) -> Error {
        Error::Unreachable { node: self.node, why }
    }
}

fn class(kind: Kind) -> Class {
    match kind {
        Kind::Vote | Kind::PreVote | Kind::Heartbeat | Kind::TransferLeader => Class::Urgent,
        _ => Class::Bulk,
    }
}

impl Sent {
    /// The number of the request on its connection.
    pub(super) fn number(&self) -> u64 {
        self.request
    }

    /// Waits for the answer until `deadline`. Cancel safe: it can be asked again.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::Timeout`] or [`Error::Lost`].
    pub(super) async fn answer(&mut self, deadline: Instant) -> Result<Bytes, Error> {
        let node = self.link.node;
        match timeout_at(deadline, &mut self.answer).await {
            Ok(Ok(Ok(body))) => Ok(body),
            Ok(Ok(Err(refusal))) => Err(Error::Refused { node, refusal }),
            Ok(Err(_)) => {
                let why = self.link.pending.closed().unwrap_or_else(|| "it is closing".into());
                Err(Error::Lost { node, why })
            }
            Err(_) => {
                count(&self.link.counters.timed_out);
                Err(Error::Timeout { node, after: self.sent_at.elapsed() })
            }
        }
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        self.link.pending.forget(self.request);
    }
}

/// Marks a call's body with its kind.
pub(super) fn call_body(kind: CallKind, body: Bytes) -> Vec<Bytes> {
    vec![Bytes::copy_from_slice(&[kind.0]), body]
}
