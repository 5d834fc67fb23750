//! Snapshots of shards on their way out, for backups.

use std::io;
use std::time::Instant;

use bytes::Bytes;
use engine::ShardId;
use futures_util::stream::{StreamExt, try_unfold};
use gateway::port::{NoSnapshot, ShardSnapshot};
use raft::node::{NoSnapshot as Missing, Node};
use raft::snapshot::SnapshotFile;

/// How much is read at once.
const PIECE_BYTES: usize = 1 << 20;

/// A snapshot of a shard with all that was acknowledged by now.
pub(super) async fn take(node: &Node, shard: u16, deadline: Instant) -> Result<ShardSnapshot, NoSnapshot> {
    let file = node.snapshot(ShardId(shard), deadline.into()).await.map_err(|why| match why {
        Missing::NoShard => NoSnapshot::NoShard,
        why => {
            tracing::warn!(shard, %why, "no snapshot can be given");
            NoSnapshot::Unavailable
        }
    })?;
    let index = file.meta().last_log_id.map_or(0, |last| last.index);
    let bytes = file.file_bytes();
    let content = try_unfold((file, 0), |(file, offset)| async move {
        let (file, piece) = read(file, offset).await?;
        let behind = offset + piece.len() as u64;
        io::Result::Ok((!piece.is_empty()).then_some((piece, (file, behind))))
    });
    Ok(ShardSnapshot { index, bytes, content: content.boxed() })
}

async fn read(file: SnapshotFile, offset: u64) -> io::Result<(SnapshotFile, Bytes)> {
    let reading = tokio::task::spawn_blocking(move || {
        let piece = file.file_at(offset, PIECE_BYTES)?;
        Ok((file, piece))
    });
    reading.await.map_err(io::Error::other)?
}
