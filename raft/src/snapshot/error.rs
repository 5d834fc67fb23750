//! Why a snapshot cannot be written or read.

use std::io;
use std::path::PathBuf;

/// Why a snapshot cannot be written or read. Every message names the file and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
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
    /// A sync failed, and asking again would not tell what is on the disk.
    #[error("syncing {path} failed: {source}; this node must not trust the disk: check it, then start again", path = .path.display())]
    Sync {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The bytes are not what was written.
    #[error(
        "the snapshot {path} is damaged at byte {offset}: {what}; restore the file, or leave this node \
         off: the others go on without it",
        path = .path.display()
    )]
    Damaged {
        /// The snapshot.
        path: PathBuf,
        /// Where in the file.
        offset: u64,
        /// What is wrong there.
        what: String,
    },
    /// The file was made by a newer version of this software.
    #[error("{path} has format {found}; this version knows format {known}: start the newer version", path = .path.display())]
    UnknownFormat {
        /// The snapshot.
        path: PathBuf,
        /// The format it names.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
}

impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        let kind = match &error {
            Error::Io { source, .. } | Error::Sync { source, .. } => source.kind(),
            Error::Damaged { .. } | Error::UnknownFormat { .. } => io::ErrorKind::InvalidData,
        };
        io::Error::new(kind, error)
    }
}

impl Error {
    /// Whether there was no room for it: the same may succeed later.
    pub fn is_full(&self) -> bool {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        let (Error::Io { source, .. } | Error::Sync { source, .. }) = self else { return false };
        matches!(source.kind(), StorageFull | QuotaExceeded | FileTooLarge)
    }

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
}
