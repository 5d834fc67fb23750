//! Rows as bytes.

use bincode::{Decode, Encode};
use engine::{LogTime, ShardId, codec};

use crate::error::Error;
use crate::kind::Listed;

/// A row: what is shown, and when it was over, which views do not tell.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Row<T> {
    pub(crate) view: T,
    pub(crate) ended_at: Option<LogTime>,
}

/// How far a shard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct State {
    /// The sequence number of the last event taken in.
    pub(crate) position: u64,
    /// A rebuild has begun and has not come to its end.
    pub(crate) rebuilding: bool,
}

impl<T: Listed> Row<T> {
    pub(crate) fn read(shard: ShardId, bytes: &[u8]) -> Result<Row<T>, Error> {
        codec::decode(bytes).map_err(|error| Error::Damaged { shard, reason: format!("a row: {error}") })
    }
}
