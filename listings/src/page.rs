//! Reading a page.

use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use engine::ShardId;
use sled::IVec;

use crate::database::Database;
use crate::error::Error;
use crate::filter::Filter;
use crate::key;
use crate::kind::Listed;
use crate::place::Place;
use crate::row::Row;
use crate::shards::Shards;

/// The most items that a page has.
pub const LIMIT_MAX: usize = 1_000;

/// A page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Whether there are more behind them; then the id of the last one is where to go on.
    pub has_more: bool,
}

/// A walk along a group, at its next row.
struct Head<I> {
    place: Place,
    shard: ShardId,
    rest: I,
}

/// Reads a page. Cost: two seeks for each group that the filter wants, in each shard, and a look-up for each item. Of
/// one product there are as many groups as statuses; of one buyer so many times the products that this buyer dealt with;
/// of a list without both, so many times all products. No row is read that does not go on the page.
pub(crate) fn read<T: Listed>(
    database: &Database,
    shards: &Shards,
    filter: &Filter<'_>,
    after: Option<[u8; 16]>,
    limit: usize,
) -> Result<Page<T>, Error> {
    let states = shards.reading();
    if let Some((&shard, _)) = states.iter().find(|(_, state)| state.rebuilding) {
        return Err(Error::HalfBuilt { shard });
    }
    let limit = limit.clamp(1, LIMIT_MAX);
    let after = after.map(|id| place_of::<T>(database, id)).transpose()?.map(Place::bytes);
    let mut heads = BinaryHeap::new();
    for &shard in states.keys() {
        let scope = key::scope::<T>(shard, filter.product, filter.buyer);
        for group in database.groups(&scope, filter.status)? {
            let after = after.as_ref().map(|place| &place[..]);
            heads.extend(head(shard, database.keys(&group, after))?);
        }
    }
    let mut items = Vec::with_capacity(limit.min(128));
    while items.len() < limit {
        let Some(next) = heads.peek_mut() else { break };
        items.push(view::<T>(database, next.shard, &next.place.id)?);
        step(next)?;
    }
    Ok(Page { items, has_more: !heads.is_empty() })
}

/// The place behind which a page begins. A row that is gone was over for a day; its id still tells about where it
/// stood. Gateways' clocks and log time are not one, so a page may then repeat rows, or leave out some, of the time
/// between them.
fn place_of<T: Listed>(database: &Database, id: [u8; 16]) -> Result<Place, Error> {
    let shard = engine::ReservationId(id).shard();
    match database.get(&key::row::<T>(shard, &id))? {
        Some(bytes) => Ok(Row::<T>::read(shard, &bytes)?.view.place()),
        None => Ok(Place::guess(id)),
    }
}

fn view<T: Listed>(database: &Database, shard: ShardId, id: &[u8; 16]) -> Result<T, Error> {
    match database.get(&key::row::<T>(shard, id))? {
        Some(bytes) => Ok(Row::<T>::read(shard, &bytes)?.view),
        None => Err(Error::Damaged { shard, reason: "an index names a row that is not there".to_owned() }),
    }
}

fn head<I>(shard: ShardId, mut walk: I) -> Result<Option<Head<I>>, Error>
where
    I: Iterator<Item = Result<IVec, Error>>,
{
    let place = next_place(shard, &mut walk)?;
    Ok(place.map(|place| Head { place, shard, rest: walk }))
}

fn step<I>(mut head: PeekMut<'_, Head<I>>) -> Result<(), Error>
where
    I: Iterator<Item = Result<IVec, Error>>,
{
    let shard = head.shard;
    match next_place(shard, &mut head.rest)? {
        Some(place) => head.place = place,
        None => drop(PeekMut::pop(head)),
    }
    Ok(())
}

fn next_place(
    shard: ShardId,
    walk: &mut impl Iterator<Item = Result<IVec, Error>>,
) -> Result<Option<Place>, Error> {
    let Some(key) = walk.next().transpose()? else { return Ok(None) };
    let place = Place::at_end_of(&key);
    place
        .map(Some)
        .ok_or_else(|| Error::Damaged { shard, reason: "a key of an index is too short".to_owned() })
}

/// The heap gives its greatest first, and a list its least place.
impl<I> Ord for Head<I> {
    fn cmp(&self, other: &Head<I>) -> std::cmp::Ordering {
        (other.place, other.shard).cmp(&(self.place, self.shard))
    }
}

impl<I> PartialOrd for Head<I> {
    fn partial_cmp(&self, other: &Head<I>) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<I> PartialEq for Head<I> {
    fn eq(&self, other: &Head<I>) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<I> Eq for Head<I> {}
