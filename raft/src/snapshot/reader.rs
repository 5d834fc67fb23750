//! A snapshot's content as a stream.

use std::io::{self, Read};

use bytes::{Buf, Bytes};

use super::file::SnapshotFile;
use super::layout::CHUNK_BYTES;

/// Reads a snapshot's content from the beginning, one checked chunk at a time.
#[derive(Debug)]
pub struct SnapshotReader {
    file: SnapshotFile,
    offset: u64,
    chunk: Bytes,
}

impl SnapshotReader {
    pub(super) fn new(file: SnapshotFile) -> SnapshotReader {
        SnapshotReader { file, offset: 0, chunk: Bytes::new() }
    }
}

impl Read for SnapshotReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.chunk.is_empty() {
            self.chunk = self.file.read_at(self.offset, CHUNK_BYTES)?;
            self.offset += self.chunk.len() as u64;
        }
        let len = buffer.len().min(self.chunk.len());
        self.chunk.copy_to_slice(&mut buffer[..len]);
        Ok(len)
    }
}
