//! Taking in events.

use std::collections::HashMap;

use engine::view::{OrderView, ReservationView};
use engine::{Event, Fact, LogTime, ShardId, limits};
use sled::Batch;

use crate::database::Database;
use crate::error::Error;
use crate::key;
use crate::kind::Listed;
use crate::row::{Row, State};
use crate::shards::Shards;
use crate::write;

/// The most events of one batch; more are taken in by several, each of them complete in itself. Small, since sled keeps
/// every page that a batch replaces until the batch is over: with 1,024 it kept gigabytes, and took twice the time.
const EVENTS_PER_BATCH: usize = 64;
/// How many rows a batch drops at least, if there are as many to drop.
const DROPPED_MIN: usize = 16;

/// What several events of one batch come to: of each row only its last state is written.
struct Changes<T>(HashMap<[u8; 16], Row<T>>);

/// Takes in those of `events` that are new.
pub(crate) fn take(
    database: &Database,
    shards: &Shards,
    shard: ShardId,
    events: &[Event],
) -> Result<(), Error> {
    let _writer = shards.one_writer();
    let state = shards.state(shard);
    if state.rebuilding {
        return Err(Error::HalfBuilt { shard });
    }
    let new = &events[events.partition_point(|event| event.sequence <= state.position)..];
    check_sequence(shard, state.position, new)?;
    for events in new.chunks(EVENTS_PER_BATCH) {
        take_batch(database, shards, shard, events)?;
    }
    Ok(())
}

fn check_sequence(shard: ShardId, position: u64, events: &[Event]) -> Result<(), Error> {
    let gap = events.iter().zip(position + 1..).find(|(event, expected)| event.sequence != *expected);
    match gap {
        Some((event, expected)) => Err(Error::Gap { shard, expected, found: event.sequence }),
        None => Ok(()),
    }
}

fn take_batch(database: &Database, shards: &Shards, shard: ShardId, events: &[Event]) -> Result<(), Error> {
    let Some(last) = events.last() else { return Ok(()) };
    let mut reservations = Changes::<ReservationView>(HashMap::new());
    let mut orders = Changes::<OrderView>(HashMap::new());
    for event in events {
        match &event.fact {
            Fact::Reservation(view) => reservations.note(view, event.at),
            Fact::Order(view) => orders.note(view, event.at),
            Fact::Product(_) | Fact::Adjustment(_) | Fact::Refund(_) => {}
        }
    }
    let mut batch = Batch::default();
    let before = LogTime(last.at.0.saturating_sub(limits::RETENTION.0));
    let limit = DROPPED_MIN.max(2 * events.len());
    let spare = |id: &[u8; 16]| reservations.0.contains_key(id);
    write::drop_ended::<ReservationView>(database, &mut batch, shard, before, limit, spare)?;
    reservations.put(database, &mut batch, shard)?;
    orders.put(database, &mut batch, shard)?;
    let state = State { position: last.sequence, rebuilding: false };
    write::put_state(&mut batch, shard, state);
    let mut states = shards.applying();
    let applied = database.apply(batch);
    // A batch that failed may be in the tree by half, until the database is opened anew.
    let state = if applied.is_ok() { state } else { State { position: 0, rebuilding: true } };
    states.insert(shard, state);
    applied
}

impl<T: Listed> Changes<T> {
    fn note(&mut self, view: &T, at: LogTime) {
        let before = self.0.get(&view.id()).and_then(|row| row.ended_at);
        let ended_at = view.is_final().then(|| before.unwrap_or(at));
        self.0.insert(view.id(), Row { view: view.clone(), ended_at });
    }

    fn put(self, database: &Database, batch: &mut Batch, shard: ShardId) -> Result<(), Error> {
        for (id, mut row) in self.0 {
            let old = database.get(&key::row::<T>(shard, &id))?;
            let old = old.map(|bytes| Row::<T>::read(shard, &bytes)).transpose()?;
            if let (Some(_), Some(before)) = (row.ended_at, old.as_ref().and_then(|old| old.ended_at)) {
                row.ended_at = Some(before);
            }
            write::put(batch, shard, old.as_ref(), &row);
        }
        Ok(())
    }
}
