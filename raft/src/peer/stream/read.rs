//! Takes frames off a byte stream.

use std::io;
use std::sync::Arc;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::frame::{Frame, HEADER, Header, LENGTH};
use crate::peer::counters::{Counters, Direction};

/// What is read at a time, at least, in bytes.
const READ_BYTES: usize = 64 << 10;

/// Why there is no further frame.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("reading failed: {0}")]
    Io(#[from] io::Error),
    #[error("the stream ended inside a frame")]
    Truncated,
    #[error("a frame of {bytes} bytes was announced, {bytes_max} are allowed")]
    TooLarge { bytes: usize, bytes_max: usize },
    #[error("a frame of {bytes} bytes was announced, which is too short to be one")]
    TooShort { bytes: usize },
    #[error("a frame of the unknown kind {kind}")]
    UnknownKind { kind: u8 },
}

impl ReadError {
    /// Whether the other side sent what it should not, as opposed to the connection breaking.
    pub(crate) fn is_malformed(&self) -> bool {
        !matches!(self, Self::Io(_) | Self::Truncated)
    }
}

/// Reads frames. Memory grows with what has arrived, never with what was announced.
#[derive(Debug)]
pub(crate) struct FrameReader<R> {
    io: R,
    buffer: BytesMut,
    bytes_max: usize,
    counters: Arc<Counters>,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    pub(crate) fn new(io: R, bytes_max: usize, counters: Arc<Counters>) -> Self {
        Self { io, buffer: BytesMut::new(), bytes_max, counters }
    }

    /// Frames of at most `bytes` are taken from now on.
    pub(crate) fn limit(&mut self, bytes: usize) {
        self.bytes_max = bytes;
    }

    /// The next frame, or `None` at a clean end. Cancel safe.
    ///
    /// # Errors
    /// After an error the stream has no frame boundaries any more: it is to be closed.
    pub(crate) async fn next(&mut self) -> Result<Option<Frame>, ReadError> {
        loop {
            let missing = match self.missing()? {
                0 => return Ok(Some(self.take()?)),
                missing => missing,
            };
            self.make_room(missing);
            match self.io.read_buf(&mut self.buffer).await? {
                0 if self.buffer.is_empty() => return Ok(None),
                0 => return Err(ReadError::Truncated),
                bytes => self.counters.count_bytes(Direction::In, bytes),
            }
        }
    }

    /// How many bytes of the frame at the front have not arrived.
    fn missing(&self) -> Result<usize, ReadError> {
        let Some(length) = self.buffer.first_chunk::<LENGTH>() else {
            return Ok(LENGTH + HEADER - self.buffer.len());
        };
        let bytes = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        if bytes > self.bytes_max {
            return Err(ReadError::TooLarge { bytes, bytes_max: self.bytes_max });
        }
        if bytes < HEADER {
            return Err(ReadError::TooShort { bytes });
        }
        Ok((LENGTH + bytes).saturating_sub(self.buffer.len()))
    }

    /// Takes the frame at the front, all of which has arrived.
    fn take(&mut self) -> Result<Frame, ReadError> {
        let bytes = usize::try_from(self.buffer.get_u32_le()).unwrap_or(usize::MAX);
        let mut body = self.buffer.split_to(bytes);
        let head = body.first_chunk::<HEADER>().expect("a frame shorter than its header was turned away");
        let Some(header) = Header::decode(head) else {
            return Err(ReadError::UnknownKind { kind: head[0] });
        };
        body.advance(HEADER);
        self.counters.count_frame(Direction::In, header.kind);
        Ok(Frame { header, body: body.freeze() })
    }

    /// Doubling what is there follows a large frame in few steps and believes no announcement.
    fn make_room(&mut self, missing: usize) {
        let spare = self.buffer.capacity() - self.buffer.len();
        if spare < missing.min(READ_BYTES / 16) || spare == 0 {
            self.buffer.reserve(missing.clamp(READ_BYTES, READ_BYTES.max(self.buffer.len())));
        }
    }

    /// Bytes that are allocated for what has arrived.
    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        self.buffer.capacity()
    }
}
