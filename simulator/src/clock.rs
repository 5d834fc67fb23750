//! The simulator's clock: the machine's, or one that only moves when it is told to.
//!
//! It dates objects, ends holds, ages idempotency keys and paces webhook retries. Delays, stalls and rate limits are
//! always measured in real time, since they are about the client's own patience.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

/// Which clock a simulator runs by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Time {
    /// The machine's clock.
    #[default]
    Real,
    /// A clock that stands still until it is advanced. It begins at this Unix time in milliseconds, or at the latest
    /// time in the ledger if that is later; `None` begins at the machine's time.
    Virtual(Option<i64>),
}

/// The clock of one simulator.
#[derive(Debug)]
pub(crate) struct Clock {
    time: Time,
    /// The virtual time; for the machine's clock the latest time that was given out, below which it never goes.
    reached: AtomicI64,
    advanced: Notify,
}

impl Clock {
    /// A clock that never shows less than `floor`, the latest time in the ledger.
    pub(crate) fn new(time: Time, floor: i64) -> Clock {
        let begin = match time {
            Time::Real => floor,
            Time::Virtual(at) => at.unwrap_or_else(machine_ms).max(floor),
        };
        Clock { time, reached: AtomicI64::new(begin), advanced: Notify::new() }
    }

    /// Milliseconds since the Unix epoch; never goes back.
    pub(crate) fn now_ms(&self) -> i64 {
        match self.time {
            Time::Real => {
                let now = machine_ms();
                self.reached.fetch_max(now, Ordering::Relaxed).max(now)
            }
            Time::Virtual(_) => self.reached.load(Ordering::Relaxed),
        }
    }

    /// Whether it stands still until it is moved.
    pub(crate) fn is_virtual(&self) -> bool {
        matches!(self.time, Time::Virtual(_))
    }

    /// Moves a virtual clock on and wakes what waits for it. `None` for the machine's clock, which nobody moves.
    pub(crate) fn advance(&self, by: Duration) -> Option<i64> {
        if !self.is_virtual() {
            return None;
        }
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
        let before = self.reached.fetch_add(by, Ordering::Relaxed);
        self.advanced.notify_waiters();
        Some(before + by)
    }

    /// Waits until the clock shows `at`, or, if it is virtual, until it was moved at all.
    pub(crate) async fn reach(&self, at: Option<i64>) {
        let advanced = self.advanced.notified();
        match (self.time, at) {
            (Time::Real, Some(at)) => {
                let left = u64::try_from(at - self.now_ms()).unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(left)).await;
            }
            (Time::Virtual(_), Some(at)) if at <= self.now_ms() => {}
            _ => advanced.await,
        }
    }
}

/// The machine's time in milliseconds since the Unix epoch.
pub(crate) fn machine_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
