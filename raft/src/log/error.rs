//! Why a log does not open, or cannot go on.

use std::io;
use std::path::PathBuf;

use engine::ShardId;

/// Why a log does not open, or cannot go on. Every message names the file and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The options contradict themselves.
    #[error("the log's options are wrong: {what}")]
    Options {
        /// Which, and what is allowed.
        what: &'static str,
    },
    /// The operating system refused something.
    #[error("cannot {what} {path}: {source}", path = .path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no room for the next segment, and the last one is used up.
    #[error(
        "there is no room left in {path} for what this node must write: {source}; make room, then start this node \
         again: what it acknowledged is there",
        path = .path.display()
    )]
    NoRoom {
        /// The log's directory.
        path: PathBuf,
        /// What stood in the way of the next segment.
        source: Box<Error>,
    },
    /// A sync failed: what it covered may or may not be on the disk, and asking again would not tell.
    #[error(
        "syncing {path} failed: {source}; this node must not trust the disk: check it, then start again, or leave \
         this node off: the others go on without it",
        path = .path.display()
    )]
    Sync {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Bytes that had been synced are not what was written.
    #[error(
        "{path} is damaged at byte {offset}: {what}; it holds what this node acknowledged, so the node does not \
         start: restore the file, or leave this node off: the others go on without it",
        path = .path.display()
    )]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// Where in it.
        offset: u64,
        /// What is wrong there.
        what: String,
    },
    /// The mark of an orderly close is not what was written, so it is not known where the log must end.
    #[error(
        "{path}, which says where the log ended when it was closed in order, is damaged: {what}; other files may be \
         damaged as well, so the node does not start: restore the files, or leave it off: the others go on without it",
        path = .path.display()
    )]
    DamagedMark {
        /// The mark.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A segment file is missing between others.
    #[error("{path} is missing although later segments exist: restore it, or leave this node off: the others go on without it", path = .path.display())]
    MissingSegment {
        /// The file that should be there.
        path: PathBuf,
    },
    /// The segments that are there do not hold all entries that the shard has.
    #[error(
        "entry {index} of shard {shard} is in none of the segments in {path}: the oldest of them are missing; \
         restore them, or leave this node off: the others go on without it",
        path = .path.display()
    )]
    MissingEntry {
        /// The shard.
        shard: ShardId,
        /// The first entry that is missing.
        index: u64,
        /// The log's directory.
        path: PathBuf,
    },
    /// The file was made by a newer version of this software.
    #[error("{path} has format {found}; this version knows format {known}: start the newer version", path = .path.display())]
    UnknownFormat {
        /// The segment.
        path: PathBuf,
        /// The format it names.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// What is known of all shards does not fit the beginning of a segment.
    #[error(
        "the checkpoint of {shards} shards has {bytes} bytes, more than a quarter of a segment: raise segment_bytes"
    )]
    CheckpointTooLarge {
        /// How many shards there are.
        shards: usize,
        /// How many bytes their checkpoint takes.
        bytes: usize,
    },
    /// A thread of the log panicked, or ended after a failure that it has reported.
    #[error("a thread of the log in {path} has ended; what it said before tells why", path = .path.display())]
    ThreadEnded {
        /// The log's directory.
        path: PathBuf,
    },
    /// A thread could not be started.
    #[error("cannot start the log's thread: {source}")]
    Thread {
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err` on a call to the disk.
    pub(super) fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { what, path, source }
    }

    /// For `map_err` on a sync.
    pub(super) fn sync(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::Sync { path, source }
    }

    /// Whether the same call may succeed later: space may be freed, while a failed sync is never asked again.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self, Error::Io { .. })
    }
}
