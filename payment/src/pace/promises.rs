//! Payments that were let through somewhere and have not turned up at the next place yet.

use std::collections::VecDeque;
use std::time::Duration;

/// How long a payment counts that never comes, and of which nobody says so: what the log takes in between is done within
/// this, or unknown to who promised it.
const COUNTS_FOR: Duration = Duration::from_secs(5);

/// Payments let through, oldest first. Without them a crowd that comes in one instant would find the next place empty,
/// each of them.
#[derive(Debug, Default)]
pub(super) struct Promises(VecDeque<Duration>);

impl Promises {
    /// One more was let through.
    pub(super) fn promise(&mut self, now: Duration) {
        self.forget(now);
        self.0.push_back(now);
    }

    /// One turned up, or will not. Whichever it is, the oldest stands for it: the others then count longer rather than
    /// shorter.
    pub(super) fn came(&mut self) {
        self.0.pop_front();
    }

    /// How many are still to come.
    pub(super) fn count(&mut self, now: Duration) -> usize {
        self.forget(now);
        self.0.len()
    }

    /// When the oldest is not expected any more.
    pub(super) fn counts_until(&self) -> Option<Duration> {
        self.0.front().map(|promised| *promised + COUNTS_FOR)
    }

    fn forget(&mut self, now: Duration) {
        while self.0.front().is_some_and(|promised| *promised + COUNTS_FOR <= now) {
            self.0.pop_front();
        }
    }
}
