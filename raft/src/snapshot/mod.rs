//! Snapshots of shards on the disk: one current file a shard, checked whole before it is trusted.
//!
//! A snapshot is written aside, synced, renamed over its predecessor, and the directory synced. Who holds a
//! [`SnapshotFile`] can go on reading it, also after it was superseded.

mod directory;
mod error;
mod file;
mod layout;
mod store;
mod writer;

pub use error::Error;
pub use file::SnapshotFile;
pub use store::SnapshotStore;
pub use writer::SnapshotWriter;
