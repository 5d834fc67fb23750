//! The unit of transmission.
//!
//! ```text
//! u32  length of what follows
//! u8   kind
//! u16  shard
//! u64  request: chosen by whoever asks, repeated in the answer
//! u32  milliseconds that the request has left when it is sent; 0 in what is not a request
//! ...  body
//! ```
//! Integers are little endian. This layout belongs to the hello too and so outlives protocol versions.

use std::time::Duration;

use bytes::Bytes;

use super::Kind;

/// Bytes of the length field.
pub(crate) const LENGTH: usize = 4;
/// Bytes between the length field and the body.
pub(crate) const HEADER: usize = 15;

/// What stands before the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: Kind,
    pub(crate) shard: u16,
    pub(crate) request: u64,
    /// Milliseconds.
    pub(crate) time_left_ms: u32,
}

impl Header {
    pub(crate) fn new(kind: Kind, shard: u16, request: u64, time_left: Duration) -> Self {
        let time_left_ms = u32::try_from(time_left.as_millis()).unwrap_or(u32::MAX);
        Self { kind, shard, request, time_left_ms }
    }

    /// For what is not a request of its own.
    pub(crate) fn bare(kind: Kind, request: u64) -> Self {
        Self { kind, shard: 0, request, time_left_ms: 0 }
    }

    pub(crate) fn time_left(self) -> Duration {
        Duration::from_millis(self.time_left_ms.into())
    }

    /// `None`: there is no such kind.
    pub(super) fn decode(bytes: &[u8; HEADER]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        let (shard, rest) = rest.split_first_chunk()?;
        let (request, rest) = rest.split_first_chunk()?;
        let (time_left_ms, _) = rest.split_first_chunk()?;
        Some(Self {
            kind: Kind::from_byte(*kind)?,
            shard: u16::from_le_bytes(*shard),
            request: u64::from_le_bytes(*request),
            time_left_ms: u32::from_le_bytes(*time_left_ms),
        })
    }

    fn encode(self, length: u32) -> [u8; LENGTH + HEADER] {
        let mut bytes = [0; LENGTH + HEADER];
        bytes[..4].copy_from_slice(&length.to_le_bytes());
        bytes[4] = self.kind as u8;
        bytes[5..7].copy_from_slice(&self.shard.to_le_bytes());
        bytes[7..15].copy_from_slice(&self.request.to_le_bytes());
        bytes[15..].copy_from_slice(&self.time_left_ms.to_le_bytes());
        bytes
    }
}

/// A frame that was received. The body shares the buffer that was read into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) header: Header,
    pub(crate) body: Bytes,
}

/// A frame that waits to be written. The body is in parts, so that large payloads need not be copied together.
#[derive(Debug)]
pub(crate) struct Outgoing {
    header: Header,
    body: Vec<Bytes>,
}

impl Outgoing {
    pub(crate) fn new(header: Header, body: Vec<Bytes>) -> Self {
        Self { header, body }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.header.kind
    }

    /// The frame's first bytes, and its body.
    ///
    /// # Panics
    /// If the body has 4 GiB or more. Whoever builds frames keeps them below the frame limit.
    pub(crate) fn into_parts(self) -> ([u8; LENGTH + HEADER], Vec<Bytes>) {
        let length = HEADER + body_bytes(&self.body);
        let length =
            u32::try_from(length).expect("bodies are kept below the frame limit, which is far below 4 GiB");
        (self.header.encode(length), self.body)
    }
}

/// The size of a body in parts.
pub(crate) fn body_bytes(body: &[Bytes]) -> usize {
    body.iter().map(Bytes::len).sum()
}

/// The largest body that fits a frame of `frame_bytes_max`.
pub(crate) fn body_bytes_max(frame_bytes_max: usize) -> usize {
    frame_bytes_max - HEADER
}
