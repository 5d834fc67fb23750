//! A shard's snapshot, as it goes out.

use std::io;

use bytes::Bytes;
use futures_util::stream::BoxStream;

/// A shard's snapshot: a file, piece by piece.
pub struct ShardSnapshot {
    /// The index of the log that it covers.
    pub index: u64,
    /// How long the file is.
    pub bytes: u64,
    /// The file. Whoever reads it checks it: it has checksums in it.
    pub content: BoxStream<'static, io::Result<Bytes>>,
}

/// Why there is no snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSnapshot {
    /// There is no such shard.
    NoShard,
    /// Not here and now.
    Unavailable,
}
