//! How keys are laid out in the tree.
//!
//! ```text
//! shard(2) 0                                        → how far the shard is
//! shard(2) 1 kind id(16)                            → row
//! shard(2) 2 kind product       status place(24)    → nothing
//! shard(2) 3 kind buyer product status place(24)    → nothing
//! shard(2) 4 kind ended_at(8) id(16)                → nothing
//! ```
//!
//! Texts come behind their length, numbers with their high bytes first. What stands before the place is a *group*: each
//! is a list in order, and a page is merged from the groups that its filter wants. Two indexes serve every filter, since
//! a write into sled costs several microseconds, and finding a group by a seek about one.
//!
//! The shard comes first, so that clearing one needs to read nothing but its keys.

use engine::{BuyerId, LogTime, ProductId, ShardId};

use crate::kind::Listed;
use crate::place::Place;

const STATE: u8 = 0;
const ROW: u8 = 1;
const BY_PRODUCT: u8 = 2;
const BY_BUYER: u8 = 3;
const ENDED: u8 = 4;

/// How far the shard is.
pub(crate) fn state(shard: ShardId) -> Vec<u8> {
    start(shard, STATE, 0)
}

/// The row of an id.
pub(crate) fn row<T: Listed>(shard: ShardId, id: &[u8; 16]) -> Vec<u8> {
    let mut key = start(shard, ROW, 16);
    key.push(T::KIND);
    key.extend_from_slice(id);
    key
}

/// What the groups begin with that a filter by these wants.
pub(crate) fn scope<T: Listed>(
    shard: ShardId,
    product: Option<&ProductId>,
    buyer: Option<&BuyerId>,
) -> Vec<u8> {
    let section = if buyer.is_some() { BY_BUYER } else { BY_PRODUCT };
    let texts = product.map_or(0, |text| text.len()) + buyer.map_or(0, |text| text.len());
    let mut key = start(shard, section, texts + 4 + Place::LEN);
    key.push(T::KIND);
    buyer.into_iter().for_each(|text| push_text(&mut key, text));
    product.into_iter().for_each(|text| push_text(&mut key, text));
    key
}

/// Every index key of a row.
pub(crate) fn indexes<T: Listed>(shard: ShardId, view: &T) -> [Vec<u8>; 2] {
    [None, Some(view.buyer())].map(|buyer| {
        let mut key = scope::<T>(shard, Some(view.product()), buyer);
        key.push(view.status());
        key.extend_from_slice(&view.place().bytes());
        key
    })
}

/// The group that an index key is of, and its status.
pub(crate) fn group(key: &[u8]) -> Option<(&[u8], u8)> {
    let (group, _) = key.split_last_chunk::<{ Place::LEN }>()?;
    Some((group, *group.last()?))
}

/// Where the rows that are over stand, in the order in which they ended.
pub(crate) fn ended_range<T: Listed>(shard: ShardId) -> Vec<u8> {
    let mut key = start(shard, ENDED, 25);
    key.push(T::KIND);
    key
}

/// Where a row stands that ended at `at`.
pub(crate) fn ended<T: Listed>(shard: ShardId, at: LogTime, id: &[u8; 16]) -> Vec<u8> {
    let mut key = ended_range::<T>(shard);
    key.extend_from_slice(&at.0.to_be_bytes());
    key.extend_from_slice(id);
    key
}

/// The moment and the id that a key of [`ended`] holds.
pub(crate) fn read_ended(key: &[u8]) -> Option<(LogTime, [u8; 16])> {
    let (at, id) = key.last_chunk::<24>()?.split_first_chunk::<8>()?;
    Some((LogTime(u64::from_be_bytes(*at)), id.try_into().ok()?))
}

/// What all keys of a shard begin with.
pub(crate) fn shard_prefix(shard: ShardId) -> [u8; 2] {
    shard.0.to_be_bytes()
}

/// The shard that a key is of.
pub(crate) fn shard_of(key: &[u8]) -> Option<ShardId> {
    key.first_chunk::<2>().map(|bytes| ShardId(u16::from_be_bytes(*bytes)))
}

fn start(shard: ShardId, section: u8, more: usize) -> Vec<u8> {
    let mut key = Vec::with_capacity(4 + more);
    key.extend_from_slice(&shard_prefix(shard));
    key.push(section);
    key
}

fn push_text(key: &mut Vec<u8>, text: &str) {
    key.push(u8::try_from(text.len()).expect("ids of products and buyers have at most 64 bytes"));
    key.extend_from_slice(text.as_bytes());
}
