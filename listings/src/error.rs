//! Why a list cannot be kept or read.

use std::path::PathBuf;

use engine::ShardId;

/// Why a list cannot be kept or read. [`Error::needs_rebuild`] tells what a rebuild of the shard cures.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The directory has files and none of them says that it is for lists. Nothing in it was touched.
    #[error("{} is not a directory for lists: it has other files in it; give an empty one", path.display())]
    Foreign {
        /// The directory.
        path: PathBuf,
    },
    /// Another process has the directory open.
    #[error("the lists in {} are in use by another process", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// The directory or a file in it cannot be used.
    #[error("cannot use {}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Events are missing between what was taken in and what came.
    #[error("shard {shard}: event {found} came where {expected} was expected; its lists must be rebuilt")]
    Gap {
        /// The shard.
        shard: ShardId,
        /// The sequence number that would have come next.
        expected: u64,
        /// The one that came.
        found: u64,
    },
    /// A rebuild of the shard is under way, or stopped in the middle: its lists would have holes.
    #[error("shard {shard}: its lists are being rebuilt, or a rebuild stopped half way")]
    HalfBuilt {
        /// The shard.
        shard: ShardId,
    },
    /// A row or an index does not say what it must. A rebuild of the shard clears it without reading it.
    #[error("shard {shard}: its lists are damaged: {reason}")]
    Damaged {
        /// The shard.
        shard: ShardId,
        /// What is wrong.
        reason: String,
    },
    /// The database below found its files damaged. They are thrown away at the next [`Listings::open`].
    ///
    /// [`Listings::open`]: crate::Listings::open
    #[error("the database of the lists is damaged, and starts anew when it is opened next: {0}")]
    Condemned(sled::Error),
    /// The database below failed.
    #[error("the database of the lists failed: {0}")]
    Database(sled::Error),
}

impl Error {
    /// Whether [`Listings::rebuild`](crate::Listings::rebuild) of the shard concerned cures it.
    pub fn needs_rebuild(&self) -> bool {
        matches!(self, Error::Gap { .. } | Error::HalfBuilt { .. } | Error::Damaged { .. })
    }
}
