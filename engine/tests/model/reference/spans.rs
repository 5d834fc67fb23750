//! How long things last.

use engine::LogTime;

/// How long an answer is remembered, and what is over is kept: 24 hours.
pub(crate) const DAY: u64 = 24 * 3_600_000;
/// How long after a hold's end a payment that was begun can last: fifteen minutes.
pub(crate) const GRACE: u64 = 15 * 60_000;
/// How long a payment may take from its first request to the provider on: two minutes.
pub(crate) const WINDOW: u64 = 120_000;
/// How long after money was given back it is still known that it was: thirty days.
pub(crate) const WATCH: u64 = 30 * DAY;

/// The moment `millis` after `at`.
pub(crate) fn later(at: LogTime, millis: u64) -> LogTime {
    LogTime(at.0 + millis)
}
