//! Writes what waits in an outbox, several frames with one system call.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::Outgoing;
use super::outbox::Queued;
use crate::peer::counters::{Counters, Direction};

/// No further frame is taken into a batch that has so many bytes: an urgent one waits for one batch at most.
const BATCH_BYTES: usize = 256 << 10;
/// Parts below this are copied together; larger ones are handed to the kernel where they are.
const COPY_BELOW: usize = 4 << 10;

/// Writes until nobody can send any more.
///
/// # Errors
/// When writing fails, or a batch takes longer than `write_timeout`.
pub(crate) async fn write_frames<W: AsyncWrite + Unpin>(
    mut io: W,
    mut queued: Queued,
    write_timeout: Duration,
    counters: Arc<Counters>,
) -> io::Result<()> {
    let mut batch = Batch::default();
    while let Some(frame) = queued.next().await {
        counters.count_frame(Direction::Out, frame.kind());
        batch.push(frame);
        while batch.bytes < BATCH_BYTES
            && let Some(frame) = queued.next_now()
        {
            counters.count_frame(Direction::Out, frame.kind());
            batch.push(frame);
        }
        batch.close();
        counters.count_bytes(Direction::Out, batch.bytes);
        let written = timeout(write_timeout, async {
            io.write_all_buf(&mut batch).await?;
            io.flush().await
        });
        written.await.map_err(|_| io::ErrorKind::TimedOut)??;
    }
    io.shutdown().await
}

/// Frames on their way to the kernel.
#[derive(Debug, Default)]
struct Batch {
    parts: VecDeque<Bytes>,
    /// Small parts since the last large one.
    tail: BytesMut,
    bytes: usize,
}

impl Batch {
    fn push(&mut self, frame: Outgoing) {
        let (head, body) = frame.into_parts();
        self.bytes += head.len();
        self.tail.extend_from_slice(&head);
        for part in body {
            self.bytes += part.len();
            if part.len() < COPY_BELOW {
                self.tail.extend_from_slice(&part);
            } else {
                self.close();
                self.parts.push_back(part);
            }
        }
    }

    fn close(&mut self) {
        if !self.tail.is_empty() {
            self.parts.push_back(self.tail.split().freeze());
        }
    }
}

impl Buf for Batch {
    fn remaining(&self) -> usize {
        self.bytes
    }

    fn chunk(&self) -> &[u8] {
        self.parts.front().map_or(&[], |part| part)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let filled = slices.len().min(self.parts.len());
        for (slice, part) in slices.iter_mut().zip(&self.parts) {
            *slice = IoSlice::new(part);
        }
        filled
    }

    fn advance(&mut self, mut count: usize) {
        self.bytes -= count;
        while let Some(part) = self.parts.front_mut()
            && count > 0
        {
            let step = count.min(part.len());
            part.advance(step);
            count -= step;
            if part.is_empty() {
                self.parts.pop_front();
            }
        }
    }
}
