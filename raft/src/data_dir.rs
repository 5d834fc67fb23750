//! The directory that holds what a node must not forget, and proof of whose it is.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bincode::{Decode, Encode};
use uuid::Uuid;

use crate::disk::sealed::{self, Sealed};
use crate::disk::{Disk, Lock};
use crate::types::NodeId;

const IDENTITY: &str = "identity";
const LOCK: &str = "lock";
/// Says that the log was begun: a node that acknowledged something and finds no log must not begin another.
const BEGUN: &str = "log-begun";
/// Says that this node's state was found to be wrong, and how: what is in the directory is for an inquiry.
const DIVERGED: &str = "diverged";
/// How much is read of it.
const SAID_BYTES_MAX: u64 = 4 << 10;
const MAGIC: [u8; 8] = *b"FLASHDIR";

/// A node's data directory, locked for this process while this is held.
pub struct DataDir {
    path: PathBuf,
    identity: Identity,
    disk: Arc<dyn Disk>,
    _lock: Box<dyn Lock>,
}

/// Whose data it is, as it stands sealed in the identity file.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Identity {
    owner: Owner,
    instance: u128,
}

/// Whose data a directory holds. The number of shards is part of it: it is fixed when a cluster is made, since a product's
/// shard is a hash modulo the count.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Owner {
    /// The cluster's name.
    pub cluster: String,
    /// The node.
    pub node: NodeId,
    /// How many shards the cluster has.
    pub shards: u16,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {} of cluster {:?} with {} shards", self.node, self.cluster, self.shards)
    }
}

/// Why a data directory cannot be used. Every message names the directory and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process has it.
    #[error("{path} is in use by another process: stop that one first, or give this node another directory", path = .path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// It belongs to another cluster or node.
    #[error("{path} holds the data of {found}, not of {wanted}: give each node its own directory, and never change the number of shards", path = .path.display())]
    Foreign {
        /// The directory.
        path: PathBuf,
        /// Whose it is.
        found: Owner,
        /// Who was to use it.
        wanted: Owner,
    },
    /// There is data, but nothing says whose.
    #[error(
        "{path} holds {what} but no identity: restore its file {IDENTITY:?}",
        path = .path.display()
    )]
    Unidentified {
        /// The directory.
        path: PathBuf,
        /// What is in it.
        what: &'static str,
    },
    /// The node ended itself, since its state was not the one that the others have.
    #[error(
        "{said}; so the node does not start: keep {dir} for the inquiry, and replace the node by a new one; if you \
         know that its data is right, remove {path}",
        dir = .path.parent().unwrap_or(Path::new("")).display(),
        path = .path.display()
    )]
    Diverged {
        /// The file that says so.
        path: PathBuf,
        /// What was found.
        said: String,
    },
    /// The log was begun, and is not there.
    #[error(
        "{path} has no segments, although this node had begun its log: what it acknowledged would be forgotten; \
         restore the files, or leave this node off: the others go on without it",
        path = .path.display()
    )]
    LogGone {
        /// Where the log was.
        path: PathBuf,
    },
    /// The identity file is not what was written.
    #[error("{path} is damaged: {what}; restore it", path = .path.display())]
    Damaged {
        /// The identity file.
        path: PathBuf,
        /// What is wrong.
        what: String,
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
}

impl From<sealed::Error> for Error {
    fn from(error: sealed::Error) -> Error {
        match error {
            sealed::Error::Damaged { path, what } => Error::Damaged { path, what },
            sealed::Error::Io { what, path, source } => Error::Io { what, path, source },
        }
    }
}

impl Error {
    fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { what, path, source }
    }
}

impl DataDir {
    /// Opens the directory at `path` for `owner`, creating it if it is not there.
    ///
    /// # Errors
    /// If another process has it, it belongs to another cluster or node, it holds data that nothing says the owner of, or
    /// its log is gone, or the node ended itself because its state was wrong; what the disk says.
    pub fn open(disk: &Arc<dyn Disk>, path: &Path, owner: &Owner) -> Result<DataDir, Error> {
        disk.create_dir(path).map_err(Error::io("create", path))?;
        let lock_file = path.join(LOCK);
        let lock = match disk.lock(&lock_file) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(Error::InUse { path: path.to_owned() });
            }
            other => other.map_err(Error::io("lock", &lock_file))?,
        };
        let identity = match file(path).read::<Identity>(&**disk)? {
            Some(identity) => identity,
            None => create_identity(&**disk, path, owner)?,
        };
        if identity.owner != *owner {
            let (found, wanted) = (identity.owner, owner.clone());
            return Err(Error::Foreign { path: path.to_owned(), found, wanted });
        }
        if let Some(said) = diverged(&**disk, path)? {
            return Err(Error::Diverged { path: path.join(DIVERGED), said });
        }
        if begun(path).read::<u128>(&**disk)?.is_some() && !has_segments(&**disk, path)? {
            return Err(Error::LogGone { path: log_in(path) });
        }
        Ok(DataDir { path: path.to_owned(), identity, disk: Arc::clone(disk), _lock: lock })
    }

    /// Notes durably that there is a log with a segment now. Before that nothing may be acknowledged.
    ///
    /// # Errors
    /// What the disk says.
    pub fn log_begun(&self, disk: &dyn Disk) -> Result<(), Error> {
        let mark = begun(&self.path);
        match mark.read::<u128>(disk)? {
            Some(_) => Ok(()),
            None => Ok(mark.write(disk, &self.identity.instance)?),
        }
    }

    /// Tells this directory from any other that the node may have had; random, made with the directory.
    pub fn instance(&self) -> Uuid {
        Uuid::from_u128(self.identity.instance)
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the write-ahead log is.
    pub fn log(&self) -> PathBuf {
        log_in(&self.path)
    }

    /// Where the snapshots are.
    pub fn snapshots(&self) -> PathBuf {
        snapshots_in(&self.path)
    }

    /// What takes down that this node's state is wrong.
    pub fn conviction(&self) -> Conviction {
        Conviction { disk: Arc::clone(&self.disk), dir: self.path.clone() }
    }

    /// Where the node-local, rebuildable listings are.
    pub fn listings(&self) -> PathBuf {
        self.path.join("listings")
    }
}

/// Takes down in a node's directory that its state was found to be wrong: it does not start on it again.
#[derive(Clone)]
pub struct Conviction {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
}

impl Conviction {
    /// The node's directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Takes it down. It is not synced, for the process is to end without delay: what was written outlives it, and after
    /// a power cut the same is found again.
    pub fn note(&self, said: &str) {
        let path = self.dir.join(DIVERGED);
        let written = self.disk.create(&path).and_then(|file| file.write_at(0, said.as_bytes()));
        if let Err(error) = written {
            tracing::error!("{} cannot be written: {error}; this node may start again", path.display());
        }
    }
}

/// What an earlier process took down of its state.
fn diverged(disk: &dyn Disk, dir: &Path) -> Result<Option<String>, Error> {
    let path = dir.join(DIVERGED);
    let file = match disk.open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(Error::io("open", &path))?,
    };
    let bytes = file.len().map_err(Error::io("measure", &path))?.min(SAID_BYTES_MAX);
    let mut said = vec![0; usize::try_from(bytes).expect("it is short")];
    file.read_at(0, &mut said).map_err(Error::io("read", &path))?;
    let said = String::from_utf8_lossy(&said).into_owned();
    Ok(Some(if said.is_empty() { "this node's state was found to be wrong".to_owned() } else { said }))
}

fn log_in(path: &Path) -> PathBuf {
    path.join("log")
}

fn snapshots_in(path: &Path) -> PathBuf {
    path.join("snapshots")
}

fn file(dir: &Path) -> Sealed {
    Sealed { magic: MAGIC, path: dir.join(IDENTITY) }
}

fn begun(dir: &Path) -> Sealed {
    Sealed { magic: MAGIC, path: dir.join(BEGUN) }
}

fn has_segments(disk: &dyn Disk, dir: &Path) -> Result<bool, Error> {
    let log = log_in(dir);
    match disk.list(&log) {
        Ok(names) => Ok(names.iter().any(|name| name.ends_with(".log"))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::io("list", log)(error)),
    }
}

fn create_identity(disk: &dyn Disk, dir: &Path, owner: &Owner) -> Result<Identity, Error> {
    check_empty(disk, dir)?;
    let identity = Identity { owner: owner.clone(), instance: Uuid::new_v4().as_u128() };
    file(dir).write(disk, &identity)?;
    Ok(identity)
}

/// A log or snapshots without an identity are not a new node's.
fn check_empty(disk: &dyn Disk, dir: &Path) -> Result<(), Error> {
    for (what, inside) in [("a log", log_in(dir)), ("snapshots", snapshots_in(dir))] {
        match disk.list(&inside) {
            Ok(names) if names.is_empty() => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Ok(_) => return Err(Error::Unidentified { path: dir.to_owned(), what }),
            Err(error) => return Err(Error::io("list", inside)(error)),
        }
    }
    Ok(())
}
