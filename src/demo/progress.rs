//! How the sale goes, for those who watch it from another thread.

use std::sync::atomic::{AtomicI64, Ordering};

/// How the sale goes, as its clients know it.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Attempts with a definite answer.
    pub(super) attempts: Count,
    pub(super) refused: Count,
    pub(super) granted: Count,
    /// Units in holds that have not ended, paying or not.
    pub(super) held: Count,
    /// Units whose payment is under way.
    pub(super) paying: Count,
    pub(super) sold: Count,
    /// Newcomers so far.
    pub(super) arrived: Count,
}

/// A number that one thread changes and others read.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicI64);

impl Count {
    pub(super) fn add(&self, more: i64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Progress {
    /// Units that nobody holds or has bought.
    pub(super) fn free(&self, stock: u32) -> i64 {
        i64::from(stock) - self.held.get() - self.sold.get()
    }
}
