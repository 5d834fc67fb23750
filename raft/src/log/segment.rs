//! One file of the log: a header page, then frames.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::Error;
use crate::disk::{Disk, File};

/// Frames begin at multiples of this, so that no page or sector that holds an acknowledged frame is written again,
/// and none has to be read before it is written.
pub(super) const PAGE_BYTES: u32 = 4096;

/// The format that is written; also the newest that is read.
pub(super) const FORMAT: u32 = 1;

const MAGIC: [u8; 8] = *b"FLASHLOG";
const SUFFIX: &str = ".log";

/// A segment that exists on the disk, header and all.
pub(super) struct Segment {
    /// Counts up from 1 without gaps.
    pub(super) number: u64,
    /// The file's length.
    pub(super) bytes: u32,
    /// Where every checksum in this segment starts: what an earlier life of the file left behind does not pass, and
    /// what a client sends cannot be made to pass.
    pub(super) seed: u32,
    pub(super) path: PathBuf,
    pub(super) file: Arc<dyn File>,
}

/// The header of a segment, as laid out in its first page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) number: u64,
    pub(super) bytes: u32,
    /// Random, so that nobody can make bytes today that are a frame of a segment to come.
    pub(super) salt: u64,
}

impl Header {
    /// magic, format (4 bytes), number (8), bytes (4), salt (8), checksum (4): little endian; zeros to the page's end.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut page = Vec::with_capacity(PAGE_BYTES as usize);
        page.extend_from_slice(&MAGIC);
        page.extend_from_slice(&FORMAT.to_le_bytes());
        page.extend_from_slice(&self.number.to_le_bytes());
        page.extend_from_slice(&self.bytes.to_le_bytes());
        page.extend_from_slice(&self.salt.to_le_bytes());
        page.extend_from_slice(&crc32c::crc32c(&page).to_le_bytes());
        page.resize(PAGE_BYTES as usize, 0);
        page
    }

    fn decode(page: &[u8], path: &Path) -> Result<Header, Error> {
        let damaged = |what: &str| Error::Damaged { path: path.to_owned(), offset: 0, what: what.to_owned() };
        let (covered, rest) = page.split_at(32);
        if crc32c::crc32c(covered).to_le_bytes() != rest[..4] {
            return Err(damaged("the segment's header does not match its checksum"));
        }
        if covered[..8] != MAGIC {
            return Err(damaged("this is not a segment of the log"));
        }
        let word = |at: usize| u32::from_le_bytes(covered[at..at + 4].try_into().expect("four bytes"));
        let long = |at: usize| u64::from_le_bytes(covered[at..at + 8].try_into().expect("eight bytes"));
        if word(8) != FORMAT {
            return Err(Error::UnknownFormat { path: path.to_owned(), found: word(8), known: FORMAT });
        }
        if rest[4..].iter().any(|&byte| byte != 0) {
            return Err(damaged("the rest of the header's page is not zero"));
        }
        Ok(Header { number: long(12), bytes: word(20), salt: long(24) })
    }

    fn seed(&self) -> u32 {
        crc32c::crc32c_append(crc32c::crc32c(&self.number.to_le_bytes()), &self.salt.to_le_bytes())
    }
}

impl Segment {
    pub(super) fn new(header: Header, path: PathBuf, file: Arc<dyn File>) -> Segment {
        Segment { number: header.number, bytes: header.bytes, seed: header.seed(), path, file }
    }

    /// Opens segment `number` in `dir` and checks its header.
    pub(super) fn open(disk: &dyn Disk, dir: &Path, number: u64) -> Result<Segment, Error> {
        let path = path(dir, number);
        let file = disk.open(&path).map_err(Error::io("open", &path))?;
        let damaged = |what: String| Error::Damaged { path: path.clone(), offset: 0, what };
        let len = file.len().map_err(Error::io("measure", &path))?;
        if len < u64::from(PAGE_BYTES) {
            return Err(damaged(format!("the file has {len} bytes and no room for its header")));
        }
        let mut page = vec![0; PAGE_BYTES as usize];
        file.read_at(0, &mut page).map_err(Error::io("read", &path))?;
        let header = Header::decode(&page, &path)?;
        if header.number != number {
            return Err(damaged(format!("the file holds segment {}", header.number)));
        }
        if len != u64::from(header.bytes) {
            return Err(damaged(format!("the file has {len} bytes instead of {}", header.bytes)));
        }
        Ok(Segment::new(header, path, file))
    }

    pub(super) fn damaged(&self, offset: u32, what: impl Into<String>) -> Error {
        Error::Damaged { path: self.path.clone(), offset: offset.into(), what: what.into() }
    }
}

/// Where segment `number` is in `dir`.
pub(super) fn path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("{number:020}{SUFFIX}"))
}

/// The numbers of the segments in `dir`, without gaps, sorted.
pub(super) fn numbers(disk: &dyn Disk, dir: &Path) -> Result<Vec<u64>, Error> {
    let names = disk.list(dir).map_err(Error::io("list", dir))?;
    let mut numbers: Vec<u64> =
        names.iter().filter_map(|name| name.strip_suffix(SUFFIX)?.parse().ok()).collect();
    numbers.sort_unstable();
    match numbers.windows(2).find(|pair| pair[0] + 1 != pair[1]) {
        Some(pair) => Err(Error::MissingSegment { path: path(dir, pair[0] + 1) }),
        None => Ok(numbers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_life_of_a_file_has_its_own_checksums() {
        let header = Header { number: 7, bytes: 1 << 16, salt: 9 };
        assert_eq!(
            Header::decode(&header.encode(), Path::new("seven")).expect("it was just written"),
            header
        );
        assert_ne!(header.seed(), Header { number: 8, ..header }.seed());
        assert_ne!(header.seed(), Header { salt: 10, ..header }.seed());
    }
}
