//! How far each shard is, and the line between writing and reading.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use engine::ShardId;

use crate::row::State;

/// How far each shard is, in memory as in the tree.
///
/// sled's walks see a batch half applied. So a page is read under a shared lock and a batch applied under an exclusive
/// one: a page shows the lists as they were at one moment, and a row that changes its status is neither missed nor
/// shown twice.
pub(crate) struct Shards {
    states: RwLock<BTreeMap<ShardId, State>>,
    writer: Mutex<()>,
}

impl Shards {
    pub(crate) fn new(states: BTreeMap<ShardId, State>) -> Shards {
        Shards { states: RwLock::new(states), writer: Mutex::new(()) }
    }

    /// Held over a whole take or rebuild.
    // A writer that panicked leaves nothing half done that the marker in the tree does not tell, here and below.
    pub(crate) fn one_writer(&self) -> MutexGuard<'_, ()> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Held while a page is read.
    pub(crate) fn reading(&self) -> RwLockReadGuard<'_, BTreeMap<ShardId, State>> {
        self.states.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Held while a batch is applied.
    pub(crate) fn applying(&self) -> RwLockWriteGuard<'_, BTreeMap<ShardId, State>> {
        self.states.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn state(&self, shard: ShardId) -> State {
        self.reading().get(&shard).copied().unwrap_or(State { position: 0, rebuilding: false })
    }
}
