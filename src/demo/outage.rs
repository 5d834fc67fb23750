//! The outage: when the leader was killed, and when its successor answered.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// For how long after the first answer of the new leader latencies are left out.
const SETTLING: Duration = Duration::from_secs(1);

/// The outage, as it comes to be known.
#[derive(Debug, Default)]
pub(super) struct Outage {
    killed: OnceLock<Instant>,
    /// When the process was gone for sure: what was sent later, it cannot have answered.
    gone: OnceLock<Instant>,
    answered: OnceLock<Instant>,
}

impl Outage {
    /// The leader is being killed now.
    pub(super) fn kill(&self) {
        let _ = self.killed.set(Instant::now());
    }

    /// The leader is gone now.
    pub(super) fn gone(&self) {
        let _ = self.gone.set(Instant::now());
    }

    /// Somebody got a definite answer to what was last sent at `sent`.
    pub(super) fn saw_answer(&self, sent: Instant, now: Instant) {
        if self.answered.get().is_none() && self.gone.get().is_some_and(|gone| sent > *gone) {
            let _ = self.answered.set(now);
        }
    }

    /// Whether the kill was before `moment`.
    pub(super) fn began_before(&self, moment: Instant) -> bool {
        self.killed.get().is_some_and(|killed| *killed <= moment)
    }

    /// Whether there was a kill.
    pub(super) fn has_begun(&self) -> bool {
        self.killed.get().is_some()
    }

    /// Whether the new leader has answered.
    pub(super) fn is_over(&self) -> bool {
        self.answered.get().is_some()
    }

    /// Whether an attempt from `sent` to `done` fell into the outage, or the second after it.
    pub(super) fn touches(&self, sent: Instant, done: Instant) -> bool {
        let settled = self.answered.get().is_some_and(|answered| sent > *answered + SETTLING);
        self.began_before(done) && !settled
    }

    /// From the kill to the first definite answer of the new leader.
    pub(super) fn length(&self) -> Option<Duration> {
        Some(self.answered.get()?.duration_since(*self.killed.get()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_that_touch_the_outage_are_told_from_the_others() {
        let outage = Outage::default();
        let before = Instant::now();
        assert!(!outage.touches(before, before));
        std::thread::sleep(Duration::from_millis(2));
        outage.kill();
        outage.gone();
        let after = Instant::now() + Duration::from_millis(1);
        outage.saw_answer(before, after);
        assert!(!outage.is_over(), "what was sent before the kill may be the old leader's answer");
        outage.saw_answer(after, after);
        assert!(outage.is_over());
        assert!(!outage.touches(before, before));
        assert!(outage.touches(before, after));
        assert!(outage.touches(after, after));
        assert!(!outage.touches(after + Duration::from_secs(2), after + Duration::from_secs(3)));
    }
}
