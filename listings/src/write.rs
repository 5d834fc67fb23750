//! Writing rows, with every index and the place in the queue for retention.

use engine::{LogTime, ShardId, codec};
use sled::Batch;

use crate::database::Database;
use crate::error::Error;
use crate::key;
use crate::kind::Listed;
use crate::row::{Row, State};

/// Puts a row as it is since. `old` is the row before, if there was one.
pub(crate) fn put<T: Listed>(batch: &mut Batch, shard: ShardId, old: Option<&Row<T>>, row: &Row<T>) {
    let id = row.view.id();
    let keys = key::indexes(shard, &row.view);
    let old_keys = old.map(|old| key::indexes(shard, &old.view));
    if old_keys.as_ref() != Some(&keys) {
        old_keys.into_iter().flatten().for_each(|key| batch.remove(key));
        keys.into_iter().for_each(|key| batch.insert(key, &[]));
    }
    let old_end = old.and_then(|old| old.ended_at);
    if old_end != row.ended_at {
        old_end.into_iter().for_each(|at| batch.remove(key::ended::<T>(shard, at, &id)));
        row.ended_at.into_iter().for_each(|at| batch.insert(key::ended::<T>(shard, at, &id), &[]));
    }
    batch.insert(key::row::<T>(shard, &id), codec::encode(row));
}

/// Drops rows that ended before `before`, the oldest first and at most `limit` of them; `spare` tells which to leave.
pub(crate) fn drop_ended<T: Listed>(
    database: &Database,
    batch: &mut Batch,
    shard: ShardId,
    before: LogTime,
    limit: usize,
    spare: impl Fn(&[u8; 16]) -> bool,
) -> Result<(), Error> {
    for key in database.keys(&key::ended_range::<T>(shard), None).take(limit) {
        let key = key?;
        let Some((at, id)) = key::read_ended(&key) else { continue };
        if at >= before {
            break;
        }
        if spare(&id) {
            continue;
        }
        let row_key = key::row::<T>(shard, &id);
        if let Some(bytes) = database.get(&row_key)? {
            let row = Row::<T>::read(shard, &bytes)?;
            key::indexes(shard, &row.view).into_iter().for_each(|key| batch.remove(key));
            batch.remove(row_key);
        }
        batch.remove(key);
    }
    Ok(())
}

/// Puts how far the shard is.
pub(crate) fn put_state(batch: &mut Batch, shard: ShardId, state: State) {
    batch.insert(key::state(shard), codec::encode(&state));
}
