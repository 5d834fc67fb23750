//! Why a backup cannot be written or used.

use std::io;
use std::path::{Path, PathBuf};

/// Why a backup cannot be written or used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot {what} {path}: {source}", path = .path.display())]
    Io { what: &'static str, path: PathBuf, source: io::Error },
    #[error("{path} is not empty: a backup takes a directory of its own", path = .path.display())]
    NotEmpty { path: PathBuf },
    #[error(
        "{path} has what is left of a backup that was broken off, and no manifest: remove it, or take another directory",
        path = .path.display()
    )]
    BrokenOff { path: PathBuf },
    #[error("{path} is not a backup's manifest: {reason}; a directory without one holds no whole backup", path = .path.display())]
    Manifest { path: PathBuf, reason: String },
    #[error("{path} is not the file that the manifest names: {reason}", path = .path.display())]
    Mismatch { path: PathBuf, reason: String },
    #[error(transparent)]
    Files(#[from] raft::restore::Error),
    #[error(transparent)]
    Config(#[from] Box<crate::config::Error>),
    #[error(
        "{path} names the cluster {name:?}, which the backup was taken of: a restored cluster takes another name, so that \
         its nodes and those of the old one never meet",
        path = .path.display()
    )]
    SameName { path: PathBuf, name: String },
    #[error("{path} says {configured} shards, and the backup has {shards}: the number never changes", path = .path.display())]
    Shards { path: PathBuf, configured: u16, shards: usize },
    #[error(
        "node {node} of the cluster {cluster:?} still answers at {http}: two clusters with the same payments would both \
         carry them out; stop the old one for good first, or restore without [payment] to look at the data"
    )]
    StillRuns { node: u64, cluster: String, http: String },
    #[error("cannot start a runtime: {0}")]
    Runtime(#[source] io::Error),
}

impl Error {
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_owned();
        move |source| Error::Io { what, path, source }
    }

    /// Whether the caller has to say something else.
    pub(crate) fn is_misuse(&self) -> bool {
        matches!(
            self,
            Error::NotEmpty { .. }
                | Error::BrokenOff { .. }
                | Error::Config(_)
                | Error::SameName { .. }
                | Error::Shards { .. }
        )
    }
}
