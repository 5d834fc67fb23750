//! sled, as the lists use it.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

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
    /// It panicked over what it read, and is not asked again.
    is_broken: AtomicBool,
    /// Gives the directory free when it is dropped, which is after the tree since it stands below it.
    directory: Directory,
}

impl Database {
    pub(crate) fn new(tree: Tree, directory: Directory) -> Database {
        Database { tree, is_broken: AtomicBool::new(false), directory }
    }

    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        self.guarded(|tree| tree.get(key))
    }

    pub(crate) fn apply(&self, batch: Batch) -> Result<(), Error> {
        self.guarded(|tree| tree.apply_batch(batch))
    }

    pub(crate) fn flush(&self) -> Result<(), Error> {
        self.guarded(|tree| tree.flush().map(|_| ()))
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
        let mut keys = self.tree.range::<Vec<u8>, _>((from, end_of(prefix))).keys();
        std::iter::from_fn(move || self.guarded(|_| keys.next().transpose()).transpose())
    }

    /// The groups that begin with `scope` and have the status, or any. Cost: one seek for each group in the scope.
    pub(crate) fn groups(&self, scope: &[u8], status: Option<u8>) -> Result<Vec<Vec<u8>>, Error> {
        let mut groups = Vec::new();
        let mut from = Bound::Included(scope.to_vec());
        let end = end_of(scope);
        while let Some(key) = self.first((from, end.clone()))? {
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
            let key =
                self.first((Bound::Included(key::shard_prefix(at_least).to_vec()), Bound::Unbounded))?;
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

    fn first(&self, range: (Bound<Vec<u8>>, Bound<Vec<u8>>)) -> Result<Option<IVec>, Error> {
        self.guarded(|tree| tree.range::<Vec<u8>, _>(range).keys().next().transpose())
    }

    /// Asks sled, which panics over some kinds of damage where it says so of others: to us both are the same.
    fn guarded<T>(&self, ask: impl FnOnce(&Tree) -> sled::Result<T>) -> Result<T, Error> {
        let panicked = || sled::Error::ReportableBug("it panicked over what it had read".to_owned());
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(Error::Condemned(panicked()));
        }
        match catch_unwind(AssertUnwindSafe(|| ask(&self.tree))) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error @ sled::Error::Corruption { .. })) => Err(self.condemn(error)),
            Ok(Err(error)) => Err(Error::Database(error)),
            Err(_panic) => {
                self.is_broken.store(true, Ordering::Relaxed);
                Err(self.condemn(panicked()))
            }
        }
    }

    fn condemn(&self, error: sled::Error) -> Error {
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

    #[test]
    fn a_panic_over_what_was_read_condemns_the_files_and_is_not_provoked_again() {
        let directory = tempfile::tempdir().expect("a directory");
        let database = crate::open::open(directory.path(), crate::Options::default()).expect("lists");
        let panics =
            database.guarded(|_| -> sled::Result<()> { panic!("damage that sled does not check for") });
        assert!(matches!(panics, Err(Error::Condemned(_))), "{panics:?}");
        let again = database.guarded(|_| -> sled::Result<()> { unreachable!("it is not asked") });
        assert!(matches!(again, Err(Error::Condemned(_))), "{again:?}");
        drop(database);
        let anew = crate::open::open(directory.path(), crate::Options::default()).expect("lists");
        assert!(anew.get(b"x").expect("an answer").is_none());
    }
}
