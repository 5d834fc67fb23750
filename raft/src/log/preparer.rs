//! Makes segments ready before they are needed, from zeros or from what was freed, and takes freed ones away.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

use super::error::Error;
use super::segment::{self, Header, Segment};
use crate::disk::{Disk, File};

/// The name of a segment in the making; there is at most one.
const UNFINISHED: &str = "unfinished";
/// The name of a freed segment that waits to be used again; there is at most one.
const SPARE: &str = "spare";

const SYNC_EVERY_BYTES: u32 = 4 << 20;

/// Makes and removes segment files. All of its calls block, some for a second.
pub(super) struct Preparer {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    segment_bytes: u32,
    next_number: u64,
    spare: Option<Arc<dyn File>>,
}

impl Preparer {
    /// For the segments from `next_number` on. Files that an earlier run left unfinished are removed.
    pub(super) fn open(
        disk: Arc<dyn Disk>,
        dir: &Path,
        segment_bytes: u32,
        next_number: u64,
    ) -> Result<Preparer, Error> {
        for name in disk.list(dir).map_err(Error::io("list", dir))? {
            if name == UNFINISHED || name == SPARE {
                let path = dir.join(name);
                disk.remove(&path).map_err(Error::io("remove", path))?;
            }
        }
        Ok(Preparer { disk, dir: dir.to_owned(), segment_bytes, next_number, spare: None })
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether making a segment is worth a try, when it failed for want of room: it writes as much as there is room for.
    pub(super) fn may_have_room(&self) -> bool {
        self.spare.is_some()
            || !matches!(self.disk.room(&self.dir), Ok(Some(room)) if room < self.segment_bytes.into())
    }

    /// Makes the next segment: allocated, headed, synced and under its name, so that the hot path only writes into it.
    pub(super) fn prepare(&mut self) -> Result<Segment, Error> {
        let (made, file) = self.make_file()?;
        let salt = Uuid::new_v4().as_u64_pair().0;
        let header = Header { number: self.next_number, bytes: self.segment_bytes, salt };
        file.write_at(0, &header.encode()).map_err(Error::io("write", &made))?;
        file.sync().map_err(Error::sync(&made))?;
        let path = segment::path(&self.dir, self.next_number);
        self.disk.rename(&made, &path).map_err(Error::io("rename", &made))?;
        self.sync_dir()?;
        self.next_number += 1;
        Ok(Segment::new(header, path, file))
    }

    fn make_file(&mut self) -> Result<(PathBuf, Arc<dyn File>), Error> {
        if let Some(file) = self.spare.take() {
            return Ok((self.dir.join(SPARE), file));
        }
        let path = self.dir.join(UNFINISHED);
        let file = self.disk.create(&path).map_err(Error::io("create", &path))?;
        match self.write_zeros(&*file, &path) {
            Ok(()) => Ok((path, file)),
            Err(error) => {
                // What it took is wanted back all the more if the disk is full.
                self.disk.remove(&path).map_err(Error::io("remove", path))?;
                Err(error)
            }
        }
    }

    /// Syncs every few megabytes, so that the syncs of the log itself never queue behind a whole segment of zeros.
    fn write_zeros(&self, file: &dyn File, path: &Path) -> Result<(), Error> {
        let mut offset = 0;
        while offset < self.segment_bytes {
            let bytes = SYNC_EVERY_BYTES.min(self.segment_bytes - offset);
            file.prewrite(offset.into(), bytes.into()).map_err(Error::io("allocate", path))?;
            match file.sync() {
                // Some file systems find out only now. Nothing rests on this file yet: it is removed.
                Err(error) if is_full(&error) => return Err(Error::io("allocate", path)(error)),
                synced => synced.map_err(Error::sync(path))?,
            }
            offset += bytes;
        }
        Ok(())
    }

    /// Takes a segment out of the log, which no longer needs it, and keeps the file if it can be used again. Segments
    /// come in the order of their numbers: the directory is synced after each, so that no gap can appear.
    pub(super) fn free(&mut self, segment: Arc<Segment>) -> Result<(), Error> {
        let path = segment.path.clone();
        // A reader may still hold the segment; then its bytes must stay as they are.
        match Arc::into_inner(segment) {
            Some(segment) if self.spare.is_none() && segment.bytes == self.segment_bytes => {
                self.disk.rename(&path, &self.dir.join(SPARE)).map_err(Error::io("rename", &path))?;
                self.spare = Some(segment.file);
            }
            _ => self.disk.remove(&path).map_err(Error::io("remove", &path))?,
        }
        self.sync_dir()
    }

    fn sync_dir(&self) -> Result<(), Error> {
        self.disk.sync_dir(&self.dir).map_err(Error::sync(&self.dir))
    }
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}
