//! The mark of an orderly close: where the log ended then.
//!
//! What is damaged at the very end of a log looks like a frame that was torn by a crash, so it is cut. After an orderly
//! close nothing was torn: the mark names the last frame, and a log that ends elsewhere is damaged. The mark is written
//! aside, synced and renamed, and it is gone, durably, before the log is written again: it is never torn, and never
//! stale.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::Error;
use super::segment;
use crate::disk::Disk;

/// The format that is written; also the newest that is read.
const FORMAT: u32 = 1;

const MAGIC: [u8; 8] = *b"FLASHCLO";
const BYTES: usize = 40;
const NAME: &str = "closed";
const UNFINISHED: &str = "closed.unfinished";

/// The end of a log that has frames: its last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// In which segment it is.
    pub(super) segment: u64,
    /// Where in it the next frame would begin.
    pub(super) offset: u32,
    /// Its sequence number.
    pub(super) sequence: u64,
    /// Its checksum, by which it is told from another frame in its place.
    pub(super) checksum: u32,
}

impl End {
    /// magic, format (4 bytes), segment (8), offset (4), sequence (8), the frame's checksum (4), checksum (4): little
    /// endian.
    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes.extend_from_slice(&self.segment.to_le_bytes());
        bytes.extend_from_slice(&self.offset.to_le_bytes());
        bytes.extend_from_slice(&self.sequence.to_le_bytes());
        bytes.extend_from_slice(&self.checksum.to_le_bytes());
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8; BYTES], path: &Path) -> Result<End, Error> {
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        let long = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
        if bytes[..8] != MAGIC || word(36) != crc32c::crc32c(&bytes[..36]) {
            return Err(damaged(path, "it does not match its checksum"));
        }
        if word(8) != FORMAT {
            return Err(Error::UnknownFormat { path: path.to_owned(), found: word(8), known: FORMAT });
        }
        Ok(End { segment: long(12), offset: word(20), sequence: long(24), checksum: word(32) })
    }
}

/// The mark in a log's directory, whether it is there or not.
pub(super) struct Mark {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
}

impl Mark {
    pub(super) fn new(disk: Arc<dyn Disk>, dir: &Path) -> Mark {
        Mark { disk, dir: dir.to_owned() }
    }

    /// Checks a log that was read up to `found` against the mark, if there is one. `torn` is where a frame behind the
    /// end begins that is not whole.
    ///
    /// # Errors
    /// If the log does not end where it was closed, or the mark itself is damaged.
    pub(super) fn check(&self, found: Option<End>, torn: Option<(u64, u32)>) -> Result<(), Error> {
        let Some(closed) = self.read()? else { return Ok(()) };
        let last = format!("it was closed in order behind frame {}", closed.sequence);
        let Some(found) = found else {
            return Err(
                self.damaged((closed.segment, closed.offset), format!("{last}, and has no frame now"))
            );
        };
        let closed_at = format!("at byte {} of segment {}", closed.offset, closed.segment);
        let (at, what) = match (found, torn) {
            (found, None) if found == closed => return Ok(()),
            (found, Some(torn)) if found == closed => (torn, format!("{last}, and another was begun here")),
            (found, _) if found.sequence < closed.sequence => (
                (found.segment, found.offset),
                format!("{last}, {closed_at}, and frame {} is the last that can be read", found.sequence),
            ),
            (found, _) if found.sequence > closed.sequence => (
                (closed.segment, closed.offset),
                format!("{last}, here, and goes on to frame {}", found.sequence),
            ),
            (found, _) => (
                (found.segment, found.offset),
                format!("{last}, {closed_at}, and its end is another one now"),
            ),
        };
        Err(self.damaged(at, what))
    }

    fn damaged(&self, (number, offset): (u64, u32), what: String) -> Error {
        Error::Damaged { path: segment::path(&self.dir, number), offset: offset.into(), what }
    }

    fn read(&self) -> Result<Option<End>, Error> {
        let path = self.dir.join(NAME);
        let file = match self.disk.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(Error::io("open", &path))?,
        };
        let mut bytes = [0; BYTES];
        if file.len().map_err(Error::io("measure", &path))? != BYTES as u64 {
            return Err(damaged(&path, "its length cannot be right"));
        }
        file.read_at(0, &mut bytes).map_err(Error::io("read", &path))?;
        End::decode(&bytes, &path).map(Some)
    }

    /// Takes the mark away, and whatever an earlier run left of one. When this returns no crash brings it back.
    pub(super) fn remove(&self) -> Result<(), Error> {
        let names = self.disk.list(&self.dir).map_err(Error::io("list", &self.dir))?;
        let left: Vec<String> = names.into_iter().filter(|name| name == NAME || name == UNFINISHED).collect();
        for path in left.iter().map(|name| self.dir.join(name)) {
            self.disk.remove(&path).map_err(Error::io("remove", path))?;
        }
        if left.is_empty() { Ok(()) } else { self.sync_dir() }
    }

    /// Leaves the mark of a log that is not written any more.
    pub(super) fn leave(&self, end: End) -> Result<(), Error> {
        let aside = self.dir.join(UNFINISHED);
        let file = self.disk.create(&aside).map_err(Error::io("create", &aside))?;
        file.write_at(0, &end.encode()).map_err(Error::io("write", &aside))?;
        file.sync().map_err(Error::sync(&aside))?;
        self.disk.rename(&aside, &self.dir.join(NAME)).map_err(Error::io("rename", &aside))?;
        self.sync_dir()
    }

    fn sync_dir(&self) -> Result<(), Error> {
        self.disk.sync_dir(&self.dir).map_err(Error::sync(&self.dir))
    }
}

fn damaged(path: &Path, what: &'static str) -> Error {
    Error::DamagedMark { path: path.to_owned(), what }
}
