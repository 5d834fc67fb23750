//! The directory of the lists: whose it is, who uses it, and how it is thrown away.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::options::Options;

/// The file that makes a directory one for lists, and that its user holds locked.
const MARKER: &str = "FORMAT";
/// What all versions of that file begin with.
const OURS: &str = "flashsale listings";
/// How keys and rows are laid out; another layout takes another line, and the old lists are built anew.
const FORMAT: &str = "flashsale listings 2\n";
/// What it says when the database turned out to be damaged.
const CONDEMNED: &str = "flashsale listings condemned\n";
/// sled's files, and nobody else's in a directory that has our marker.
const SLED: [&str; 3] = ["conf", "db", "blobs"];
const SLED_SNAPSHOT: &str = "snap.";
/// The one tree in use.
const TREE: &str = "listings";

/// How long sled's threads may keep the files of a handle that was dropped.
const LET_GO_WITHIN: Duration = Duration::from_secs(10);

/// The marker file, open and locked until this is dropped.
pub(crate) struct Directory {
    path: PathBuf,
    marker: File,
}

impl Directory {
    /// Makes the directory ours, or finds that it is; a database of another format in it is thrown away.
    pub(crate) fn claim(path: &Path) -> Result<Directory, Error> {
        fs::create_dir_all(path).map_err(at(path))?;
        let name = path.join(MARKER);
        if !name.exists() && fs::read_dir(path).map_err(at(path))?.next().is_some() {
            return Err(Error::Foreign { path: path.to_path_buf() });
        }
        let mut options = OpenOptions::new();
        let marker =
            options.read(true).write(true).create(true).truncate(false).open(&name).map_err(at(&name))?;
        match marker.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::InUse { path: path.to_path_buf() }),
            Err(TryLockError::Error(source)) => return Err(Error::Io { path: name, source }),
        }
        let directory = Directory { path: path.to_path_buf(), marker };
        directory.check_format()?;
        Ok(directory)
    }

    fn check_format(&self) -> Result<(), Error> {
        let found = self.read_marker()?;
        if found == FORMAT.as_bytes() {
            return Ok(());
        }
        // A marker cut short is one whose writing a crash interrupted, before there was any database.
        if !found.starts_with(OURS.as_bytes()) && !FORMAT.as_bytes().starts_with(&found) {
            return Err(Error::Foreign { path: self.path.clone() });
        }
        if !found.is_empty() {
            let found = String::from_utf8_lossy(&found);
            tracing::warn!(path = %self.path.display(), found = found.trim(), expected = FORMAT.trim(),
                "the lists are of another format or damaged, and are built anew");
        }
        self.throw_away()?;
        self.write_marker(FORMAT).map_err(at(&self.path.join(MARKER)))
    }

    fn read_marker(&self) -> Result<Vec<u8>, Error> {
        let mut found = Vec::new();
        (&self.marker).take(1_024).read_to_end(&mut found).map_err(at(&self.path.join(MARKER)))?;
        Ok(found)
    }

    fn write_marker(&self, line: &str) -> std::io::Result<()> {
        let mut marker = &self.marker;
        marker.rewind()?;
        marker.write_all(line.as_bytes())?;
        marker.set_len(u64::try_from(line.len()).unwrap_or(u64::MAX))?;
        marker.sync_all()
    }

    /// Notes down that the database is damaged, for the next one who opens it.
    pub(crate) fn condemn(&self) -> std::io::Result<()> {
        self.write_marker(CONDEMNED)
    }

    /// `Ok(Err(reason))` if the files are damaged: an error that a new database would not have.
    pub(crate) fn open_sled(&self, options: Options) -> Result<Result<sled::Tree, String>, Error> {
        let config = sled::Config::new()
            .path(&self.path)
            .cache_capacity(options.cache_bytes)
            .flush_every_ms(u64::try_from(options.flush_every.as_millis()).ok());
        let begun = Instant::now();
        loop {
            // sled panics at some kinds of damage; nothing of ours is shared with it at this point.
            let source = match catch_unwind(AssertUnwindSafe(|| config.open()?.open_tree(TREE))) {
                Ok(Ok(tree)) => return Ok(Ok(tree)),
                Ok(Err(sled::Error::Io(source))) => source,
                Ok(Err(error)) => return Ok(Err(error.to_string())),
                Err(_) => return Ok(Err("opening it panicked".to_owned())),
            };
            if is_lock_held(&source) {
                // The marker is locked by us, so this can only be an earlier handle of this process: sled's threads keep
                // the file for some moments after the last handle is dropped.
                if begun.elapsed() > LET_GO_WITHIN {
                    return Err(Error::InUse { path: self.path.clone() });
                }
                std::thread::sleep(Duration::from_millis(2));
            } else if means_damage(&source) {
                return Ok(Err(source.to_string()));
            } else {
                return Err(Error::Io { path: self.path.clone(), source });
            }
        }
    }

    /// Removes the database. Files of others are left alone.
    pub(crate) fn throw_away(&self) -> Result<(), Error> {
        for entry in fs::read_dir(&self.path).map_err(at(&self.path))? {
            let entry = entry.map_err(at(&self.path))?;
            let name = entry.file_name();
            let is_sleds = SLED.iter().any(|&sleds| name == sleds)
                || name.to_str().is_some_and(|name| name.starts_with(SLED_SNAPSHOT));
            if is_sleds {
                remove(&entry.path()).map_err(at(&entry.path()))?;
            }
        }
        Ok(())
    }
}

/// sled says so in words only.
fn is_lock_held(error: &std::io::Error) -> bool {
    error.to_string().starts_with("could not acquire lock")
}

/// The system's own errors (no space, no permission) say nothing about what the files hold.
fn means_damage(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
    error.raw_os_error().is_none()
        && matches!(error.kind(), InvalidData | InvalidInput | Other | UnexpectedEof)
}

fn remove(path: &Path) -> std::io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Error + '_ {
    move |source| Error::Io { path: path.to_path_buf(), source }
}
