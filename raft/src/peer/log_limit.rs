//! Log lines that outsiders can cause come at most so often.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lets one line pass every interval and counts the others.
#[derive(Debug)]
pub(crate) struct LogLimit {
    interval: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    passed: Option<Instant>,
    held_back: u64,
}

impl LogLimit {
    pub(crate) fn new(interval: Duration) -> Self {
        Self { interval, state: Mutex::default() }
    }

    /// `Some(lines held back since the last one)` if a line may be written now.
    pub(crate) fn pass(&self) -> Option<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let due = state.passed.is_none_or(|passed| now.duration_since(passed) >= self.interval);
        if !due {
            state.held_back += 1;
            return None;
        }
        state.passed = Some(now);
        Some(std::mem::take(&mut state.held_back))
    }

    /// The next line passes, whatever the time.
    pub(crate) fn reset(&self) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_an_interval_passes_and_the_others_are_counted() {
        let limit = LogLimit::new(Duration::from_secs(3600));
        assert_eq!(limit.pass(), Some(0));
        assert_eq!((limit.pass(), limit.pass()), (None, None));
        limit.reset();
        assert_eq!(limit.pass(), Some(0));
    }
}
