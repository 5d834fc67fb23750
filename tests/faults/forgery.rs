//! A log that is whole by every checksum and does not say what the others' logs say: as if memory had failed between a
//! leader's hand and the disk.

use std::path::Path;
use std::sync::Arc;

use engine::{Command, ShardId};
use openraft::EntryPayload;
use openraft::storage::{IOFlushed, RaftLogReader, RaftLogStorage};
use openraft::type_config::TypeConfigExt;
use raft::disk::RealDisk;
use raft::log::{Log, Options};
use raft::types::{Entry, Payload, Types};

/// Has the last product that was put on sale in `shard` have a unit more, in the log in `directory`, which nobody uses.
pub(crate) async fn forge(directory: &Path, shard: u16, segment_bytes: u32) {
    let options = Options { segment_bytes, ..Options::default() };
    let log = Log::open(Arc::new(RealDisk), directory, options).expect("the log of a node that was stopped");
    let mut shard = log.shard(ShardId(shard));
    let entries = shard.try_get_log_entries(..).await.expect("entries can be read");
    let forged = entries.iter().enumerate().rev().find_map(|(place, entry)| Some((place, forged(entry)?)));
    let (place, forged) = forged.expect("a product was put on sale");
    let rest: Vec<Entry> = std::iter::once(forged).chain(entries[place + 1..].iter().cloned()).collect();
    shard.truncate_after(Some(entries[place - 1].log_id)).await.expect("cut");
    let (sender, synced) = Types::oneshot();
    shard.append(rest, IOFlushed::signal(sender)).await.expect("appended");
    synced.await.expect("the log tells").expect("synced");
    log.close().await;
}

fn forged(entry: &Entry) -> Option<Entry> {
    let EntryPayload::Normal(payload) = &entry.payload else { return None };
    let mut numbered = raft::entry::decode(&payload.0).expect("an entry of ours");
    let mut commands = numbered.batch.proposals.iter_mut().map(|proposal| &mut proposal.command);
    let put = commands.find_map(|command| match command {
        Command::PutProduct(put) => Some(put),
        _ => None,
    })?;
    put.description.stock += 1;
    let payload = Payload(raft::entry::encode(numbered.nonce, &numbered.batch));
    Some(Entry { log_id: entry.log_id, payload: EntryPayload::Normal(payload) })
}
