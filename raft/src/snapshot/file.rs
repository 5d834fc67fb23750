//! A snapshot that is whole.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use engine::ShardId;

use super::error::Error;
use super::layout::{self, CHECKSUM_BYTES, CHUNK_BYTES, FOOTER_BYTES, PREFIX_BYTES, Wrong};
use crate::disk::{Disk, File};
use crate::types::SnapshotMeta;

/// A whole snapshot, open for reading. Clones share it; it stays readable while one is held.
#[derive(Clone)]
pub struct SnapshotFile {
    inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) file: Arc<dyn File>,
    pub(super) path: PathBuf,
    pub(super) meta: SnapshotMeta,
    /// What every checksum starts from.
    pub(super) header_crc: u32,
    /// Where the first chunk begins.
    pub(super) chunks_at: u64,
    pub(super) content_bytes: u64,
}

impl SnapshotFile {
    pub(super) fn new(inner: Inner) -> SnapshotFile {
        SnapshotFile { inner: Arc::new(inner) }
    }

    /// What is known of the snapshot beside its content.
    pub fn meta(&self) -> &SnapshotMeta {
        &self.inner.meta
    }

    /// The content's length in bytes.
    pub fn len(&self) -> u64 {
        self.inner.content_bytes
    }

    /// Whether there is no content.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Up to `max` bytes of content from `offset` on, fewer only at the end, none behind it. Blocks; reads and checks
    /// whole chunks of 64 KiB, so a multiple of that is read best.
    ///
    /// # Errors
    /// If the bytes are not what was written, naming the file and the place; what the disk says.
    pub fn read_at(&self, offset: u64, max: usize) -> Result<Bytes, Error> {
        let left = self.len().saturating_sub(offset);
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(max);
        let mut number = offset / CHUNK_BYTES as u64;
        let skipped = usize::try_from(offset % CHUNK_BYTES as u64).expect("it is below a chunk's length");
        let mut content = BytesMut::with_capacity(wanted);
        let mut skipped = if wanted == 0 { return Ok(content.freeze()) } else { skipped };
        while content.len() < wanted {
            let (chunk, _) = self.inner.chunk(number)?;
            let until = chunk.len().min(skipped + wanted - content.len());
            content.extend_from_slice(&chunk[skipped..until]);
            (skipped, number) = (0, number + 1);
        }
        Ok(content.freeze())
    }

    /// The file's length in bytes, header and checksums included.
    pub fn file_bytes(&self) -> u64 {
        let stored = layout::stored_bytes(self.len()).expect("it fits a file");
        self.inner.chunks_at + stored + FOOTER_BYTES as u64
    }

    /// Up to `max` bytes of the file as it lies on the disk, from `offset` on, fewer only at the end, none behind it.
    /// Blocks. Nothing is checked: whoever opens the copy does.
    ///
    /// # Errors
    /// What the disk says.
    pub fn file_at(&self, offset: u64, max: usize) -> Result<Bytes, Error> {
        let left = self.file_bytes().saturating_sub(offset);
        let mut bytes = vec![0; usize::try_from(left).unwrap_or(usize::MAX).min(max)];
        self.inner.file.read_at(offset, &mut bytes).map_err(Error::io("read", &self.inner.path))?;
        Ok(bytes.into())
    }

    /// Opens the snapshot of `shard` at `path` and reads all of it, to be sure. Blocks.
    ///
    /// # Errors
    /// If the bytes are not what was written, naming the file and the place; what the disk says.
    pub fn open(disk: &dyn Disk, path: &Path, shard: ShardId) -> Result<SnapshotFile, Error> {
        let file = disk.open(path).map_err(Error::io("open", path))?;
        let stored = file.len().map_err(Error::io("measure", path))?;
        let inner = Inner::open(file, path, shard, stored)?;
        inner.check_chunks()?;
        Ok(SnapshotFile::new(inner))
    }
}

impl Inner {
    /// Reads header and footer.
    fn open(file: Arc<dyn File>, path: &Path, shard: ShardId, stored: u64) -> Result<Inner, Error> {
        let wrong = |offset: u64| move |wrong: Wrong| wrong_at(path, offset, wrong);
        let read = |offset: u64, bytes: &mut [u8]| {
            let end = offset + bytes.len() as u64;
            if end > stored {
                return Err(wrong_at(path, stored, Wrong::Damaged("the file ends here, too early")));
            }
            file.read_at(offset, bytes).map_err(Error::io("read", path))
        };
        let mut prefix = [0; PREFIX_BYTES];
        read(0, &mut prefix)?;
        let header_bytes = layout::header_bytes(&prefix).map_err(wrong(0))?;
        if header_bytes as u64 > stored {
            return Err(wrong_at(path, 0, Wrong::Damaged("the header claims to be longer than the file")));
        }
        let mut header = vec![0; header_bytes];
        read(0, &mut header)?;
        let (found, meta, header_crc) = layout::decode_header(&header).map_err(wrong(0))?;
        if found != shard {
            return Err(wrong_at(path, 12, Wrong::Damaged("the snapshot is of another shard")));
        }
        let chunks_at = header.len() as u64;
        let footer_at = stored.saturating_sub(FOOTER_BYTES as u64).max(chunks_at);
        let mut footer = [0; FOOTER_BYTES];
        read(footer_at, &mut footer)?;
        let (content_bytes, _) = layout::decode_footer(header_crc, &footer).map_err(wrong(footer_at))?;
        if layout::stored_bytes(content_bytes) != Some(footer_at - chunks_at) {
            return Err(wrong_at(
                path,
                footer_at,
                Wrong::Damaged("the file's length contradicts its footer"),
            ));
        }
        Ok(Inner { file, path: path.to_owned(), meta, header_crc, chunks_at, content_bytes })
    }

    fn check_chunks(&self) -> Result<(), Error> {
        let mut total = self.header_crc;
        for number in 0..self.content_bytes.div_ceil(CHUNK_BYTES as u64) {
            let (_, checksum) = self.chunk(number)?;
            total = crc32c::crc32c_append(total, &checksum);
        }
        let footer_at = self.chunks_at + layout::stored_bytes(self.content_bytes).expect("it fits a file");
        let mut footer = [0; FOOTER_BYTES];
        self.file.read_at(footer_at, &mut footer).map_err(Error::io("read", &self.path))?;
        match layout::decode_footer(self.header_crc, &footer) {
            Ok((_, expected)) if expected == total => Ok(()),
            Ok(_) => Err(self.damaged(footer_at, "the chunks do not match the total checksum")),
            Err(wrong) => Err(wrong_at(&self.path, footer_at, wrong)),
        }
    }

    /// The content of chunk `number`, and its checksum.
    fn chunk(&self, number: u64) -> Result<(Bytes, [u8; CHECKSUM_BYTES]), Error> {
        let left = self.content_bytes - number * CHUNK_BYTES as u64;
        let len = usize::try_from(left).unwrap_or(usize::MAX).min(CHUNK_BYTES);
        let at = self.chunks_at + layout::chunk_offset(number);
        let mut bytes = vec![0; len + CHECKSUM_BYTES];
        self.file.read_at(at, &mut bytes).map_err(Error::io("read", &self.path))?;
        let mut content = Bytes::from(bytes);
        let stored = content.split_off(len);
        let checksum = layout::chunk_checksum(self.header_crc, number, &content).to_le_bytes();
        if stored != checksum[..] {
            return Err(self.damaged(at, "a chunk does not match its checksum"));
        }
        Ok((content, checksum))
    }

    fn damaged(&self, offset: u64, what: &'static str) -> Error {
        wrong_at(&self.path, offset, Wrong::Damaged(what))
    }
}

fn wrong_at(path: &Path, offset: u64, wrong: Wrong) -> Error {
    let path = path.to_owned();
    match wrong {
        Wrong::Format(found) => Error::UnknownFormat { path, found, known: layout::FORMAT },
        Wrong::Damaged(what) => Error::Damaged { path, offset, what: what.to_owned() },
    }
}

impl fmt::Debug for SnapshotFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnapshotFile")
            .field("path", &self.inner.path)
            .field("meta", &self.inner.meta)
            .field("len", &self.inner.content_bytes)
            .finish()
    }
}
