//! Writing a snapshot aside, then putting it in its place.

use std::path::PathBuf;
use std::sync::Arc;

use engine::ShardId;

use super::directory::Directory;
use super::error::Error;
use super::file::{Inner, SnapshotFile};
use super::layout::{self, CHUNK_BYTES};
use crate::disk::File;
use crate::types::SnapshotMeta;

/// So many bytes are synced at a time, so that the log's small syncs never queue behind a whole snapshot.
const SYNC_EVERY_BYTES: u64 = 8 << 20;

/// Takes a snapshot's content piece by piece. Dropped before [`SnapshotWriter::finish`], it leaves nothing behind.
pub struct SnapshotWriter {
    directory: Arc<Directory>,
    shard: ShardId,
    file: Arc<dyn File>,
    path: PathBuf,
    meta: SnapshotMeta,
    header_crc: u32,
    chunks_at: u64,
    chunk: Vec<u8>,
    chunks: u64,
    total: u32,
    content_bytes: u64,
    unsynced_bytes: u64,
    finished: bool,
}

impl SnapshotWriter {
    pub(super) fn new(
        directory: Arc<Directory>,
        shard: ShardId,
        meta: SnapshotMeta,
    ) -> Result<SnapshotWriter, Error> {
        let (file, path) = directory.begin(shard)?;
        let (header, header_crc) = layout::encode_header(shard, &meta);
        let writer = SnapshotWriter {
            directory,
            shard,
            file,
            path,
            meta,
            header_crc,
            chunks_at: header.len() as u64,
            chunk: Vec::with_capacity(CHUNK_BYTES + layout::CHECKSUM_BYTES),
            chunks: 0,
            total: header_crc,
            content_bytes: 0,
            unsynced_bytes: 0,
            finished: false,
        };
        writer.write_at(0, &header)?;
        Ok(writer)
    }

    /// Adds `bytes` to the content. Blocks while it writes; memory stays at 64 KiB.
    ///
    /// # Errors
    /// What the disk says, for example that it is full. The writer is of no use then; drop it.
    pub fn write(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK_BYTES - self.chunk.len()));
            self.chunk.extend_from_slice(now);
            bytes = later;
            if self.chunk.len() == CHUNK_BYTES {
                self.write_chunk()?;
            }
        }
        Ok(())
    }

    /// Makes the snapshot durable and, unless a newer one came meanwhile, the shard's current one; its predecessor is
    /// gone only then. Blocks for several syncs.
    ///
    /// # Errors
    /// What the disk says. The predecessor stays current then, and nothing is left behind.
    pub fn finish(mut self) -> Result<SnapshotFile, Error> {
        if !self.chunk.is_empty() {
            self.write_chunk()?;
        }
        let footer = layout::encode_footer(self.header_crc, self.content_bytes, self.total);
        let stored = layout::stored_bytes(self.content_bytes).expect("it was just written to a file");
        self.write_at(self.chunks_at + stored, &footer)?;
        self.file.sync().map_err(Error::sync(&self.path))?;
        let content = Inner {
            file: Arc::clone(&self.file),
            path: self.directory.path_of(self.shard),
            meta: self.meta.clone(),
            header_crc: self.header_crc,
            chunks_at: self.chunks_at,
            content_bytes: self.content_bytes,
        };
        let file = SnapshotFile::new(content);
        self.finished = self.directory.put(self.shard, &self.path, &file)?;
        Ok(file)
    }

    fn write_chunk(&mut self) -> Result<(), Error> {
        let mut chunk = std::mem::take(&mut self.chunk);
        let checksum = layout::chunk_checksum(self.header_crc, self.chunks, &chunk).to_le_bytes();
        self.content_bytes += chunk.len() as u64;
        self.total = crc32c::crc32c_append(self.total, &checksum);
        chunk.extend_from_slice(&checksum);
        self.write_at(self.chunks_at + layout::chunk_offset(self.chunks), &chunk)?;
        self.chunks += 1;
        self.unsynced_bytes += chunk.len() as u64;
        if self.unsynced_bytes >= SYNC_EVERY_BYTES {
            self.file.sync().map_err(Error::sync(&self.path))?;
            self.unsynced_bytes = 0;
        }
        chunk.clear();
        self.chunk = chunk;
        Ok(())
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_at(offset, bytes).map_err(Error::io("write", &self.path))
    }
}

impl Drop for SnapshotWriter {
    fn drop(&mut self) {
        if !self.finished {
            self.directory.discard(&self.path);
        }
    }
}
