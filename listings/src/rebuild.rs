//! Building a shard's lists anew from its state.

use engine::view::{OrderView, ReservationView};
use engine::{LogTime, ShardId};
use sled::Batch;

use crate::database::Database;
use crate::error::Error;
use crate::key;
use crate::kind::Listed;
use crate::row::{Row, State};
use crate::shards::Shards;
use crate::write;

/// The most keys that one batch clears. Small, like the next, for the memory that sled takes for a batch.
const CLEARED_PER_BATCH: usize = 256;
/// The most rows that one batch puts.
const ROWS_PER_BATCH: usize = 64;

/// Clears the shard's lists and builds them anew. A crash in the middle leaves the mark that the first batch made.
pub(crate) fn rebuild(
    database: &Database,
    shards: &Shards,
    shard: ShardId,
    sequence: u64,
    reservations: impl Iterator<Item = ReservationView>,
    orders: impl Iterator<Item = OrderView>,
) -> Result<(), Error> {
    let _writer = shards.one_writer();
    put_state(database, shards, shard, State { position: 0, rebuilding: true })?;
    clear(database, shard)?;
    put_rows(database, shard, reservations, end_of_reservation)?;
    put_rows(database, shard, orders, |_| None)?;
    put_state(database, shards, shard, State { position: sequence, rebuilding: false })
}

fn put_state(database: &Database, shards: &Shards, shard: ShardId, state: State) -> Result<(), Error> {
    let mut batch = Batch::default();
    write::put_state(&mut batch, shard, state);
    let mut states = shards.applying();
    database.apply(batch)?;
    states.insert(shard, state);
    Ok(())
}

/// Removes all keys of the shard but the one that marks it, without reading what they stand for.
fn clear(database: &Database, shard: ShardId) -> Result<(), Error> {
    let mark = key::state(shard);
    let mut keys = database
        .keys(&key::shard_prefix(shard), None)
        .filter(|key| !matches!(key, Ok(key) if key[..] == mark[..]));
    loop {
        let mut batch = Batch::default();
        let mut cleared = 0;
        for key in keys.by_ref().take(CLEARED_PER_BATCH) {
            batch.remove(key?);
            cleared += 1;
        }
        if cleared == 0 {
            return Ok(());
        }
        database.apply(batch)?;
    }
}

fn put_rows<T: Listed>(
    database: &Database,
    shard: ShardId,
    mut views: impl Iterator<Item = T>,
    ended_at: impl Fn(&T) -> Option<LogTime>,
) -> Result<(), Error> {
    loop {
        let mut batch = Batch::default();
        let mut rows = 0;
        for view in views.by_ref().take(ROWS_PER_BATCH) {
            let ended_at = ended_at(&view);
            write::put(&mut batch, shard, None, &Row { view, ended_at });
            rows += 1;
        }
        if rows == 0 {
            return Ok(());
        }
        database.apply(batch)?;
    }
}

/// The state does not tell when a reservation was over. It was by the last moment that it could have been, so it is
/// never dropped too early, and too late by the length of a hold at most.
fn end_of_reservation(view: &ReservationView) -> Option<LogTime> {
    view.is_final().then(|| view.pay_by.unwrap_or_default().max(view.expires_at))
}
