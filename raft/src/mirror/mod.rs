//! openraft's types as they stand on disks and travel between nodes: mirrors of our own, so that its releases change
//! neither format.
//!
//! The write-ahead log's records are laid out by hand instead (`log/record.rs`): they are of fixed width, and each
//! begins with a header of its own and not with the codec's format byte.

mod ids;
mod membership;
mod snapshot;

pub(crate) use ids::{LogId, Vote};
pub(crate) use membership::{Contradictory, Membership, RaftMembership};
pub(crate) use snapshot::SnapshotMeta;
