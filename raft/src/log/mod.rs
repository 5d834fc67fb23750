//! The write-ahead log of a node: one stream of frames, synced once each, for the votes and entries of all its shards.
//!
//! Callers change a [`ShardLog`] in memory and queue records; one thread writes all that is queued as one frame, syncs,
//! and only then calls back. Segments are allocated ahead, and used again. What was synced and cannot be read refuses
//! to open; only a torn last frame, of which nobody was told, is cut, and after an orderly close not even that.
//!
//! `segment`, `frame` and `record` are the layout, outside in; `extent` and `view` say what records add up to; `writer`
//! and `recovery` are the two ways through them; `mark` says where an orderly close left off.

mod checkpoint;
mod cleaner;
mod draft;
mod driver;
mod error;
mod extent;
mod frame;
mod lock;
#[expect(clippy::module_inception, reason = "a log is what this is")]
mod log;
mod mark;
mod options;
mod preparer;
mod queue;
mod read;
mod reader;
mod record;
mod recovery;
mod replay;
mod segment;
mod shard;
mod shard_log;
mod shared;
mod stats;
mod supply;
mod view;
mod writer;

pub use error::Error;
pub use log::Log;
pub use options::{Drive, OnFatal, Options};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use record::is_body as is_record_body;
pub use shard_log::ShardLog;
pub use stats::{BUCKETS, Stats};
