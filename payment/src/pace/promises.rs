//! Payments that were admitted and whose first call has not come into line yet.

use std::collections::VecDeque;
use std::time::Duration;

/// How long an admitted payment counts that never comes: its command is in the log within this, or was refused.
const COUNTS_FOR: Duration = Duration::from_secs(5);

/// Payments promised to be served, oldest first. Without them a crowd that is admitted in one instant would find the
/// line empty, each of them.
#[derive(Debug, Default)]
pub(super) struct Promises(VecDeque<Duration>);

impl Promises {
    /// One more was admitted.
    pub(super) fn promise(&mut self, now: Duration) {
        self.forget(now);
        self.0.push_back(now);
    }

    /// One came into line.
    pub(super) fn came(&mut self) {
        self.0.pop_front();
    }

    /// How many are still to come.
    pub(super) fn count(&mut self, now: Duration) -> usize {
        self.forget(now);
        self.0.len()
    }

    fn forget(&mut self, now: Duration) {
        while self.0.front().is_some_and(|promised| *promised + COUNTS_FOR <= now) {
            self.0.pop_front();
        }
    }
}
