//! The life of a process: what it still does once it is over gets nowhere, neither to its disk nor to anybody else.
//!
//! To the world outside, a process that crashes between two of its effects is one like any other that crashes there. So
//! crashes before the nth effect (a write or sync, a segment sent, an answer given) are all crashes there are.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use raft::disk::SimDisk;

const CRASHED_AT_DISK: &str = "crashed before its next write, sync or rename";
const CRASHED_AT_ACT: &str = "crashed before its next message or answer";

/// Where a process ran into a fault that was laid for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CrashedAt {
    Disk,
    Act,
}

/// The life of one process.
pub(crate) struct Life {
    disk: SimDisk,
    /// How many effects on others there will still be.
    acts_left: AtomicU64,
    cause: Mutex<Option<String>>,
}

impl std::fmt::Debug for Life {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Life").field("cause", &*self.cause()).finish_non_exhaustive()
    }
}

impl Life {
    pub(crate) fn new(disk: SimDisk) -> Arc<Life> {
        Arc::new(Life { disk, acts_left: AtomicU64::new(u64::MAX), cause: Mutex::default() })
    }

    fn cause(&self) -> MutexGuard<'_, Option<String>> {
        self.cause.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it goes on. It does not once its machine has no power.
    pub(crate) fn is_alive(&self) -> bool {
        self.cause().is_none() && !self.disk.power_is_off()
    }

    /// It does something that others can see; `false` if it ended before that.
    pub(crate) fn acts(&self) -> bool {
        if !self.is_alive() {
            return false;
        }
        let left = self.acts_left.load(Ordering::Relaxed);
        if left == 0 {
            self.end(CRASHED_AT_ACT);
            return false;
        }
        self.acts_left.store(left.saturating_sub(u64::from(left != u64::MAX)), Ordering::Relaxed);
        true
    }

    /// It will end before it has done so many more things that others can see.
    pub(crate) fn limit(&self, acts: u64) {
        self.acts_left.store(acts, Ordering::Relaxed);
    }

    /// It ends here: nothing of what it still does reaches its disk.
    pub(crate) fn end(&self, cause: &str) {
        let cause = if self.disk.power_is_off() { CRASHED_AT_DISK } else { cause };
        self.cause().get_or_insert_with(|| cause.to_owned());
        self.disk.cut_power_after(0);
    }

    /// What ended it.
    pub(crate) fn ended_by(&self) -> String {
        self.cause().clone().unwrap_or_else(|| CRASHED_AT_DISK.to_owned())
    }

    /// Whether it was a fault laid for it that ended it, and which; or itself.
    pub(crate) fn crashed_at(&self) -> Option<CrashedAt> {
        match self.ended_by().as_str() {
            CRASHED_AT_DISK => Some(CrashedAt::Disk),
            CRASHED_AT_ACT => Some(CrashedAt::Act),
            _ => None,
        }
    }
}

/// The processes that run now, by node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lives(Arc<Mutex<BTreeMap<u64, Arc<Life>>>>);

impl Lives {
    fn map(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Life>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn begin(&self, node: u64, life: Arc<Life>) {
        self.map().insert(node, life);
    }

    pub(crate) fn of(&self, node: u64) -> Option<Arc<Life>> {
        self.map().get(&node).filter(|life| life.is_alive()).cloned()
    }
}
