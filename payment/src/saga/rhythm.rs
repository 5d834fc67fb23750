//! How often things are tried, and looked at.

use engine::vocabulary::saga::{Step, Task};
use engine::{LogTime, Span};

use super::backoff::doubled;
use crate::config::Config;

/// Past this age of a try no key of it is used without looking first. The provider keeps keys for 24 hours; the hour
/// is for clocks that disagree and requests that linger.
pub(super) const KEYS_LAST: Span = Span::from_secs(23 * 3_600);

/// How often things are tried, and looked at. All of it is shortened by up to a half at random.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// The wait after the first failure; it doubles with each further one.
    pub first_retry: Span,
    /// The longest wait while a buyer waits.
    pub authorize_cap: Span,
    /// The longest wait for what must be done however late.
    pub settle_cap: Span,
    /// The first wait between two looks at an object that the provider works on; it doubles.
    pub first_look: Span,
    /// The longest wait between two looks at an intent: the provider's events tell sooner.
    pub watch_cap: Span,
    /// The longest wait between two looks at a refund, which may be on its way for days.
    pub refund_cap: Span,
    /// The wait between two looks at a refund that arrived.
    pub recheck: Span,
}

impl Default for Rhythm {
    fn default() -> Rhythm {
        Rhythm {
            first_retry: Span(500),
            authorize_cap: Span::from_secs(5),
            settle_cap: Span::from_secs(60),
            first_look: Span::from_secs(2),
            watch_cap: Span::from_secs(20),
            refund_cap: Span::from_secs(600),
            recheck: Span::from_secs(24 * 3_600),
        }
    }
}

impl Rhythm {
    /// As the operator has it.
    pub fn of(config: &Config) -> Rhythm {
        let recheck = u64::try_from(config.refund_recheck.as_millis()).unwrap_or(u64::MAX);
        Rhythm { recheck: Span(recheck), ..Rhythm::default() }
    }

    /// The wait after `failures` failures in a row, from 1.
    pub(super) fn retry(&self, task: &Task, failures: u32) -> Span {
        let cap = match task.step {
            // Nobody waits: an event came about a payment that is over.
            Step::Watch { .. } if task.due == LogTime::NEVER => self.settle_cap,
            Step::Begin | Step::Create { .. } | Step::Confirm { .. } | Step::Watch { .. } => {
                self.authorize_cap
            }
            // For thirty days: where an account was closed since, that is no reason to knock every minute.
            Step::Recheck { .. } => self.refund_cap,
            _ => self.settle_cap,
        };
        doubled(self.first_retry, failures.saturating_sub(1), cap)
    }

    /// The wait between the looks `looks` and `looks + 1`, from 0.
    pub(super) fn look(&self, task: &Task, looks: u32) -> Span {
        let cap = match task.step {
            Step::Recheck { .. } => return self.recheck,
            Step::Refund { .. } | Step::Compensate { .. } => self.refund_cap,
            _ => self.watch_cap,
        };
        doubled(self.first_look, looks, cap)
    }
}
