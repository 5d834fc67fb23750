//! The directory of a local cluster: its configuration, its tokens, its nodes' data and logs.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::Error;
use crate::config::Secret;

/// Everything that is ever written at the top of the directory; only this is ever removed from it.
const DATA: [&str; 4] = ["node-1", "node-2", "node-3", "provider"];
const LOGS: [&str; 3] = ["node-1.log", "node-2.log", "node-3.log"];
const FILES: [&str; 8] = [
    "cluster.toml",
    "admin.token",
    "service.token",
    "webhook-1.secret",
    "webhook-2.secret",
    "webhook-3.secret",
    "webhook-4.secret",
    LOCK,
];
const LOCK: &str = "up.lock";

/// The directory of a local cluster, locked for as long as this exists.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    _lock: File,
}

impl Directory {
    /// Opens the directory, makes it if there is none, and empties it if it shall be fresh.
    pub(crate) fn open(path: &Path, fresh: bool) -> Result<Directory, Error> {
        let failed = |source| Error::File { path: path.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        check_ours(path)?;
        let lock = lock(path)?;
        let path = std::path::absolute(path).map_err(failed)?;
        let directory = Directory { path, _lock: lock };
        if fresh {
            directory.empty()?;
        }
        Ok(directory)
    }

    /// Where a file in it is.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Where a node logs to.
    pub(crate) fn log(&self, node: u64) -> PathBuf {
        self.file(&format!("node-{node}.log"))
    }

    /// Where the configuration is.
    pub(crate) fn config(&self) -> PathBuf {
        self.file("cluster.toml")
    }

    /// Writes a file that nobody else may read.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.file(name);
        let written = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|source| Error::File { path, source })
    }

    /// The token in a file: the one given, else the one that is there, else a new one.
    pub(crate) fn token(&self, name: &str, given: Option<String>) -> Result<Secret, Error> {
        let found = given.or_else(|| std::fs::read_to_string(self.file(name)).ok());
        let token = match found.as_deref().map(str::trim) {
            Some(token) if !token.is_empty() => {
                Secret::new(token).map_err(|source| Error::Token { source })?
            }
            _ => random_token().map_err(|source| Error::Token { source })?,
        };
        self.write(name, &format!("{}\n", token.expose()))?;
        Ok(token)
    }

    fn empty(&self) -> Result<(), Error> {
        let paths = |names: &[&str]| names.iter().map(|name| self.file(name)).collect::<Vec<_>>();
        let nodes = paths(&DATA).into_iter().map(|path| (std::fs::remove_dir_all(&path), path));
        let files = [paths(&LOGS), paths(&FILES)].concat();
        let files = files.into_iter().filter(|path| !path.ends_with(LOCK));
        let files = files.map(|path| (std::fs::remove_file(&path), path));
        for (removed, path) in nodes.chain(files) {
            match removed {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::File { path, source });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Refuses a directory in which something is that `up` never writes.
fn check_ours(path: &Path) -> Result<(), Error> {
    let failed = |source| Error::File { path: path.to_owned(), source };
    let names: Vec<String> = std::fs::read_dir(path)
        .map_err(failed)?
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_, _>>()
        .map_err(failed)?;
    let ours = |name: &&String| [&DATA[..], &LOGS, &FILES].concat().contains(&name.as_str());
    match names.iter().find(|name| !ours(name)) {
        Some(entry) => Err(Error::NotOurs { path: path.to_owned(), entry: entry.clone() }),
        // A directory with our names, but not our lock, is somebody else's cluster.
        None if !names.is_empty() && !names.iter().any(|name| name == LOCK) => {
            Err(Error::NotOurs { path: path.to_owned(), entry: names[0].clone() })
        }
        None => Ok(()),
    }
}

fn lock(path: &Path) -> Result<File, Error> {
    let lock_path = path.join(LOCK);
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&lock_path);
    let file = file.map_err(|source| Error::File { path: lock_path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(Error::File { path: lock_path, source }),
    }
}

/// 244 random bits.
fn random_token() -> Result<Secret, crate::config::SecretError> {
    let half = || uuid::Uuid::new_v4().simple().to_string();
    Secret::new(&format!("{}{}", half(), half()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_directory_of_ours_is_taken() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("cluster");
        drop(Directory::open(&path, false).expect("a new directory is taken"));
        drop(Directory::open(&path, true).expect("and again"));
        std::fs::write(path.join("thesis.txt"), "years of work").expect("written");
        assert!(matches!(Directory::open(&path, true), Err(Error::NotOurs { .. })));
        assert!(path.join("thesis.txt").exists());
    }

    #[test]
    fn a_directory_has_one_user() {
        let dir = tempfile::tempdir().expect("a directory");
        let first = Directory::open(dir.path(), false).expect("taken");
        assert!(matches!(Directory::open(dir.path(), false), Err(Error::InUse { .. })));
        drop(first);
        assert!(Directory::open(dir.path(), false).is_ok());
    }

    #[test]
    fn a_token_stays_until_another_is_given() {
        let dir = tempfile::tempdir().expect("a directory");
        let directory = Directory::open(dir.path(), false).expect("taken");
        let first = directory.token("admin.token", None).expect("a token");
        assert_eq!(first.expose().len(), 64);
        assert_eq!(directory.token("admin.token", None).expect("a token"), first);
        let given = directory.token("admin.token", Some("mine".to_owned())).expect("a token");
        assert_eq!(given.expose(), "mine");
        assert_eq!(directory.token("admin.token", None).expect("a token"), given);
    }
}
