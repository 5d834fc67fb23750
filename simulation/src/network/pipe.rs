//! One direction of a connection: bytes in order, after a while, or the news that it is over.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::traffic::Network;
use crate::machine::Life;

/// How many bytes may be on their way; a writer waits for room beyond.
const WINDOW_BYTES: usize = 1 << 20;

/// One direction of a connection.
#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) from: u64,
    pub(crate) to: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// With the time at which each arrives.
    under_way: VecDeque<(u64, Bytes)>,
    arrived: VecDeque<Bytes>,
    bytes: usize,
    /// The writer has ended it: what was sent still arrives.
    finished: bool,
    /// Nobody reads any more.
    unread: bool,
    /// It broke, as each end sees it: what was sent is gone, or comes late to whoever does not know yet.
    broken: Broken,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// How an end sees it, of a pipe that broke.
#[derive(Clone, Copy, Debug, Default)]
struct Broken {
    for_reader: bool,
    for_writer: bool,
    /// The writer does not know: what it writes gets nowhere.
    unnoticed: bool,
}

impl State {
    fn wake(&mut self) {
        self.reader.take().into_iter().chain(self.writer.take()).for_each(Waker::wake);
    }
}

impl Pipe {
    pub(crate) fn new(from: u64, to: u64) -> Arc<Pipe> {
        Arc::new(Pipe { from, to, state: Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets arrive what is due; how many bytes that are.
    pub(crate) fn deliver(&self, now: u64) -> usize {
        let mut state = self.state();
        let mut bytes = 0;
        while let Some((_, segment)) = state.under_way.pop_front_if(|(at, _)| *at <= now) {
            bytes += segment.len();
            state.arrived.push_back(segment);
        }
        if bytes > 0 || state.finished {
            state.reader.take().into_iter().for_each(Waker::wake);
        }
        bytes
    }

    /// It breaks, for both ends.
    pub(crate) fn reset(&self) {
        let mut state = self.state();
        state.broken = Broken { for_reader: true, for_writer: true, unnoticed: false };
        state.under_way.clear();
        state.wake();
    }

    /// It breaks for its writer. What is under way arrives all the same, not before `arrives`: whoever reads does not know
    /// yet.
    pub(crate) fn break_behind_reader(&self, arrives: u64) {
        let mut state = self.state();
        state.broken.for_writer = true;
        state.under_way.iter_mut().for_each(|(at, _)| *at = arrives.max(*at));
        state.wake();
    }

    /// It breaks for its reader. Whoever writes does not know yet.
    pub(crate) fn break_behind_writer(&self) {
        let mut state = self.state();
        state.broken = Broken { for_reader: true, unnoticed: true, ..state.broken };
        state.under_way.clear();
        state.wake();
    }

    /// Whether something is due by `now`.
    pub(crate) fn is_due(&self, now: u64) -> bool {
        self.state().under_way.front().is_some_and(|(at, _)| *at <= now)
    }

    /// Whether nobody can do anything with it any more.
    pub(crate) fn is_over(&self) -> bool {
        let state = self.state();
        state.broken.for_reader
            || state.unread
            || (state.finished && state.under_way.is_empty() && state.arrived.is_empty())
    }
}

/// The reading end.
pub(crate) struct Reader(pub(crate) Arc<Pipe>);

impl AsyncRead for Reader {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut state = self.0.state();
        if let Some(mut first) = state.arrived.pop_front() {
            let count = first.len().min(buffer.remaining());
            buffer.put_slice(&first[..count]);
            first.advance(count);
            state.bytes -= count;
            if !first.is_empty() {
                state.arrived.push_front(first);
            }
            state.writer.take().into_iter().for_each(Waker::wake);
            return Poll::Ready(Ok(()));
        }
        if state.broken.for_reader {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        if state.finished && state.under_way.is_empty() {
            return Poll::Ready(Ok(()));
        }
        state.reader = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.unread = true;
        state.wake();
    }
}

/// The writing end, of a process that may end at any moment: then nothing that it still writes gets anywhere.
pub(crate) struct Writer {
    pub(crate) pipe: Arc<Pipe>,
    pub(crate) network: Network,
    pub(crate) life: Arc<Life>,
}

impl AsyncWrite for Writer {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if !self.life.acts() {
            return Poll::Ready(Ok(bytes.len()));
        }
        let at = self.network.arrival(self.pipe.from, self.pipe.to);
        let mut state = self.pipe.state();
        if state.broken.unnoticed {
            return Poll::Ready(Ok(bytes.len()));
        }
        if state.broken.for_writer || state.unread {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        if state.bytes >= WINDOW_BYTES {
            state.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let at = state.under_way.back().map_or(at, |(before, _)| at.max(*before));
        state.bytes += bytes.len();
        state.under_way.push_back((at, Bytes::copy_from_slice(bytes)));
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.finish();
        Poll::Ready(Ok(()))
    }
}

impl Writer {
    /// The other side reads on to the end. Of a process that has ended it learns another way, or not at all.
    fn finish(&self) {
        if self.life.is_alive() {
            let mut state = self.pipe.state();
            // Of a connection that broke no orderly end is told.
            state.finished |= !state.broken.for_writer;
            state.wake();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.finish();
    }
}
