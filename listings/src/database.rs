//! sled, as the lists use it.

use std::collections::BTreeMap;
use std::ops::Bound;

use engine::{ShardId, codec};
use sled::{Batch, IVec, Tree};

use crate::directory::Directory;
use crate::error::Error;
use crate::key;
use crate::place::Place;
use crate::row::State;

/// The tree, and what becomes of its errors.
pub(crate) struct Database {
    tree: Tree,
    /// Gives the directory free when it is dropped, which is after the tree since it stands below it.
    directory: Directory,
}

impl Database {
    pub(crate) fn new(tree: Tree, directory: Directory) -> Database {
        Database { tree, directory }
    }

    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        self.tree.get(key).map_err(|error| self.error(error))
    }

    pub(crate) fn apply(&self, batch: Batch) -> Result<(), Error> {
        self.tree.apply_batch(batch).map_err(|error| self.error(error))
    }

    pub(crate) fn flush(&self) -> Result<(), Error> {
        self.tree.flush().map(|_| ()).map_err(|error| self.error(error))
    }

    /// The keys that begin with `prefix`, from behind `prefix` + `after`.
    pub(crate) fn keys<'a>(
        &'a self,
        prefix: &[u8],
        after: Option<&[u8]>,
    ) -> impl Iterator<Item = Result<IVec, Error>> + use<'a> {
        let from = match after {
            Some(after) => Bound::Excluded([prefix, after].concat()),
            None => Bound::Included(prefix.to_vec()),
        };
        let range = (from, end_of(prefix));
        self.tree.range::<Vec<u8>, _>(range).keys().map(|key| key.map_err(|error| self.error(error)))
    }

    /// The groups that begin with `scope` and have the status, or any. Cost: one seek for each group in the scope.
    pub(crate) fn groups(&self, scope: &[u8], status: Option<u8>) -> Result<Vec<Vec<u8>>, Error> {
        let mut groups = Vec::new();
        let mut from = Bound::Included(scope.to_vec());
        while let Some(key) = self.tree.range::<Vec<u8>, _>((from, end_of(scope))).keys().next() {
            let key = key.map_err(|error| self.error(error))?;
            let Some((group, its_status)) = key::group(&key) else { break };
            if status.is_none_or(|status| status == its_status) {
                groups.push(group.to_vec());
            }
            from = Bound::Excluded([group, &[0xff; Place::LEN]].concat());
        }
        Ok(groups)
    }

    /// How far each shard is. Cost: one seek a shard.
    pub(crate) fn states(&self) -> Result<BTreeMap<ShardId, State>, Error> {
        let mut states = BTreeMap::new();
        let mut from = Some(ShardId(0));
        while let Some(at_least) = from {
            let mut walk = self.tree.range(key::shard_prefix(at_least)..).keys();
            let key = walk.next().transpose().map_err(|error| self.error(error))?;
            let Some(shard) = key.as_deref().and_then(key::shard_of) else { break };
            states.insert(shard, self.state(shard)?);
            from = shard.0.checked_add(1).map(ShardId);
        }
        Ok(states)
    }

    /// Rows without a state, or with one that does not decode, count as half built: they must be rebuilt.
    fn state(&self, shard: ShardId) -> Result<State, Error> {
        let bytes = self.get(&key::state(shard))?;
        let state = bytes.and_then(|bytes| codec::decode(&bytes).ok());
        Ok(state.unwrap_or(State { position: 0, rebuilding: true }))
    }

    fn error(&self, error: sled::Error) -> Error {
        if !matches!(error, sled::Error::Corruption { .. }) {
            return Error::Database(error);
        }
        tracing::error!(%error, "the database of the lists is damaged, and starts anew when it is opened next");
        if let Err(error) = self.directory.condemn() {
            tracing::error!(%error, "and that could not be noted down");
        }
        Error::Condemned(error)
    }
}

/// The end of what begins with `prefix`.
fn end_of(prefix: &[u8]) -> Bound<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if let Some(more) = last.checked_add(1) {
            end.push(more);
            return Bound::Excluded(end);
        }
    }
    Bound::Unbounded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix_is_the_next_one() {
        assert_eq!(end_of(&[1, 2]), Bound::Excluded(vec![1, 3]));
        assert_eq!(end_of(&[1, 0xff, 0xff]), Bound::Excluded(vec![2]));
        assert_eq!(end_of(&[0xff, 0xff]), Bound::Unbounded);
    }
}
