//! Why a node cannot start.

use std::io;
use std::path::PathBuf;

use engine::ShardId;

/// Why a node cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data directory is another node's, in use, or cannot be used.
    #[error(transparent)]
    DataDir(#[from] crate::data_dir::Error),
    /// It cannot be read by which data directories the other nodes are known.
    #[error(transparent)]
    Acquaintances(#[from] crate::peer::Unreadable),
    /// The write-ahead log is damaged or cannot be read.
    #[error(transparent)]
    Log(#[from] crate::log::Error),
    /// A snapshot is damaged or cannot be read.
    #[error(transparent)]
    Snapshot(#[from] crate::snapshot::Error),
    /// A snapshot does not hold a shard's state.
    #[error("{0}")]
    State(#[source] io::Error),
    /// The log begins behind what a snapshot covers, and there is none, or an older one.
    #[error(
        "the log of shard {shard} begins behind entry {purged}, but no snapshot in {path} reaches as far: a snapshot \
         file is missing; restore it, or leave this node off: the others go on without it",
        path = .path.display()
    )]
    NoSnapshot {
        /// Which shard.
        shard: ShardId,
        /// The last entry that is not in the log any more.
        purged: u64,
        /// Where snapshots are.
        path: PathBuf,
    },
    /// openraft does not take the settings.
    #[error("the election times do not go together: {0}")]
    Timing(#[from] openraft::ConfigError),
    /// A Raft group did not come up.
    #[error("shard {shard} did not come up: {why}")]
    Raft {
        /// Which one.
        shard: ShardId,
        /// What openraft said.
        why: String,
    },
    /// The peer listener does not work.
    #[error("peers cannot be answered: {0}")]
    Listen(#[source] io::Error),
    /// The system gives no threads.
    #[error("the actors' threads cannot be started: {0}")]
    Threads(#[source] io::Error),
}
