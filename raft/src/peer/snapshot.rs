//! What the transport needs of snapshots: to read one in pieces, and to put one together.

use std::future::Future;
use std::io;

use bytes::Bytes;

use crate::blocking;
use crate::snapshot::{SnapshotFile, SnapshotWriter};

/// A complete snapshot that can be read in pieces.
pub trait SnapshotSource: Send + Sync + 'static {
    /// At most `bytes_max` bytes from `offset`; fewer, or none, only where the snapshot ends.
    fn read_at(&self, offset: u64, bytes_max: usize) -> impl Future<Output = io::Result<Bytes>> + Send;
}

/// A snapshot that is being received. Dropping it, as every error does, discards it.
pub trait SnapshotSink: Sized + Send + 'static {
    /// What the pieces become.
    type Snapshot: Send + 'static;

    /// Appends the next piece.
    fn write(self, bytes: Bytes) -> impl Future<Output = io::Result<Self>> + Send;

    /// Keeps the snapshot, now that all pieces have come.
    fn finish(self) -> impl Future<Output = io::Result<Self::Snapshot>> + Send;
}

impl SnapshotSource for SnapshotFile {
    async fn read_at(&self, offset: u64, bytes_max: usize) -> io::Result<Bytes> {
        let file = self.clone();
        Ok(blocking::run(move || SnapshotFile::read_at(&file, offset, bytes_max)).await??)
    }
}

impl SnapshotSink for SnapshotWriter {
    type Snapshot = SnapshotFile;

    async fn write(mut self, bytes: Bytes) -> io::Result<Self> {
        let written = move || SnapshotWriter::write(&mut self, &bytes).map(|()| self);
        Ok(blocking::run(written).await??)
    }

    async fn finish(self) -> io::Result<SnapshotFile> {
        Ok(blocking::run(move || SnapshotWriter::finish(self)).await??)
    }
}
