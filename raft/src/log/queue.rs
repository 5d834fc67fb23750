//! What waits to be written, in order, bounded in bytes.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use openraft::storage::IOFlushed;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::lock::lock;
use super::record::Record;
use super::shard::Shard;
use crate::types::Types;

/// A record to write. With the last one of a call comes who waits for it.
pub(super) struct Request {
    pub(super) shard: Arc<Shard>,
    pub(super) record: Record,
    /// Of an entry: what [`super::shard::State::append`] gave.
    pub(super) ticket: u64,
    pub(super) waiter: Option<Waiter>,
}

/// Who waits for a sync, and the room in the queue that becomes free with it. Whatever happens, also a panic of the
/// writer, the caller hears of it.
pub(super) struct Waiter {
    callback: Option<IOFlushed<Types>>,
    _room: OwnedSemaphorePermit,
}

impl Waiter {
    pub(super) fn new(callback: Option<IOFlushed<Types>>, room: OwnedSemaphorePermit) -> Waiter {
        Waiter { callback, _room: room }
    }

    pub(super) fn complete(mut self, result: io::Result<()>) {
        if let Some(callback) = self.callback.take() {
            callback.io_completed(result);
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if let Some(callback) = self.callback.take() {
            callback.io_completed(Err(io::Error::other("the log ended before this was written")));
        }
    }
}

/// Requests on their way to the writer.
pub(super) struct Queue {
    inner: Mutex<Inner>,
    arrived: Condvar,
    room: Arc<Semaphore>,
    room_bytes: u32,
}

#[derive(Default)]
struct Inner {
    requests: VecDeque<Request>,
    closed: bool,
    writer_sleeps: bool,
}

impl Queue {
    /// A queue for at most `room_bytes`.
    pub(super) fn new(room_bytes: u32) -> Queue {
        let room = Arc::new(Semaphore::new(room_bytes as usize));
        Queue { inner: Mutex::default(), arrived: Condvar::new(), room, room_bytes }
    }

    /// Waits until `bytes` may come in; more than the whole queue count as the whole.
    ///
    /// # Errors
    /// If the log has ended.
    pub(super) async fn room(&self, bytes: usize) -> io::Result<OwnedSemaphorePermit> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX).min(self.room_bytes);
        Arc::clone(&self.room).acquire_many_owned(bytes).await.map_err(|_| ended())
    }

    /// How many bytes wait or are being written.
    pub(super) fn bytes(&self) -> usize {
        self.room_bytes as usize - self.room.available_permits().min(self.room_bytes as usize)
    }

    /// Adds requests behind all others. If the log has ended, they are dropped and their waiters told.
    pub(super) fn push(&self, requests: impl IntoIterator<Item = Request>) {
        let mut inner = lock(&self.inner);
        if inner.closed {
            return;
        }
        inner.requests.extend(requests);
        if inner.writer_sleeps {
            inner.writer_sleeps = false;
            self.arrived.notify_one();
        }
    }

    /// Moves all requests into `batch`, which is empty; waits for the first. `false` once the queue is closed and empty.
    pub(super) fn take(&self, batch: &mut VecDeque<Request>) -> bool {
        let mut inner = lock(&self.inner);
        while inner.requests.is_empty() && !inner.closed {
            inner.writer_sleeps = true;
            inner = self.arrived.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::swap(&mut inner.requests, batch);
        !batch.is_empty()
    }

    /// Moves what is there into `batch`, which is empty, without waiting. `false` if there was nothing.
    pub(super) fn take_now(&self, batch: &mut VecDeque<Request>) -> bool {
        std::mem::swap(&mut lock(&self.inner).requests, batch);
        !batch.is_empty()
    }

    /// Lets nothing more in. What is there is still to be written.
    pub(super) fn close(&self) {
        self.room.close();
        lock(&self.inner).closed = true;
        self.arrived.notify_one();
    }
}

/// What callers of an ended log are told.
pub(super) fn ended() -> io::Error {
    io::Error::other("the log has ended: it was closed, or it failed and this process is about to end")
}
