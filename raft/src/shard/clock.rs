//! Log time on a node: what a leader proposes by, and what every node takes it to be.
//!
//! Durations come from the machine's monotonic clock; only where a clock is anchored do wall clocks play a part, and
//! then by a quorum's lower median, so one node's wall clock off by a day moves no hold.

use bincode::{Decode, Encode};
use engine::{LogTime, Span};
use rustix::time::{ClockId, clock_gettime};

/// A moment on this machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds of `CLOCK_BOOTTIME`: monotonic, and goes on while the machine sleeps.
    pub boot: u64,
    /// Milliseconds since the Unix epoch by the wall clock: whatever somebody set it to.
    pub wall: u64,
    /// As `boot`, in microseconds: to measure with.
    pub micros: u64,
}

impl Moment {
    /// The moment that it is. Cost: two system calls through the vDSO.
    pub fn now() -> Moment {
        #[cfg(feature = "simulation")]
        if let Some(host) = crate::simulation::host() {
            return host.now();
        }
        let micros = micros();
        Moment { boot: micros / 1_000, wall: read(ClockId::Realtime) / 1_000, micros }
    }
}

/// [`Moment::micros`] of now. Cost: one system call through the vDSO.
pub(super) fn micros() -> u64 {
    #[cfg(feature = "simulation")]
    if let Some(host) = crate::simulation::host() {
        return host.now().micros;
    }
    read(ClockId::Boottime)
}

/// A clock, in microseconds.
fn read(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0) / 1_000
}

/// What a node says of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct NodeTime {
    /// What it takes log time to be: where a clock is anchored.
    pub log: LogTime,
    /// Its wall clock: what a clock is steered towards. The log's own time always trails a little, so a clock steered
    /// towards that would fall behind without end.
    pub wall: LogTime,
}

impl NodeTime {
    /// The same, `span` later.
    pub fn after(self, span: Span) -> NodeTime {
        NodeTime { log: self.log.after(span), wall: self.wall.after(span) }
    }
}

/// How fast a clock may be steered, in millionths: what `held` may end early or late by.
const SLEW_MAX_PPM: i64 = 1_000;
/// Over how long a difference is steered away, if the limit allows.
const HORIZON_MS: i64 = 10_000;
/// How old the last applied batch may be for a node's own idea of log time to count more than its wall clock.
const FRESH: Span = Span(10_000);

/// A leader's clock. It never goes back and never jumps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogClock {
    anchor: LogTime,
    anchored_at: u64,
    slew_ppm: i64,
}

impl LogClock {
    /// A clock that begins at the largest of the log's newest time and the lower median of a quorum's estimates.
    pub fn anchored(at: Moment, newest: LogTime, times: &[NodeTime]) -> LogClock {
        let estimates = times.iter().map(|time| time.log);
        let anchor = lower_median(estimates).map_or(newest, |median| median.max(newest));
        LogClock { anchor, anchored_at: at.boot, slew_ppm: 0 }
    }

    /// Log time at `at`.
    pub fn now(&self, at: Moment) -> LogTime {
        let elapsed = at.boot.saturating_sub(self.anchored_at);
        let slewed = i128::from(elapsed) * i128::from(1_000_000 + self.slew_ppm) / 1_000_000;
        self.anchor.after(Span(u64::try_from(slewed).unwrap_or(0)))
    }

    /// Steers towards the lower median of the wall clocks, at most [`SLEW_MAX_PPM`], and tells how far they lie apart.
    pub fn steer(&mut self, at: Moment, times: &[NodeTime]) -> Span {
        let now = self.now(at);
        *self = LogClock { anchor: now, anchored_at: at.boot, slew_ppm: 0 };
        let walls = times.iter().map(|time| time.wall);
        let Some(median) = lower_median(walls.clone()) else { return Span(0) };
        let difference = i128::from(median.0) - i128::from(now.0);
        let wanted = difference * 1_000_000 / i128::from(HORIZON_MS);
        let limit = i128::from(SLEW_MAX_PPM);
        self.slew_ppm = i64::try_from(wanted.clamp(-limit, limit)).expect("clamped to a small range");
        let newest = walls.clone().max().unwrap_or_default();
        newest.since(walls.min().unwrap_or_default())
    }
}

/// What a node that does not lead takes log time to be: as the newest batch says, if that is of the present.
#[derive(Clone, Copy, Debug, Default)]
pub struct Estimate {
    newest: LogTime,
    applied_at: Option<u64>,
}

impl Estimate {
    /// A batch of log time `now` was applied.
    pub fn applied(&mut self, at: Moment, now: LogTime) {
        *self = Estimate { newest: now, applied_at: Some(at.boot) };
    }

    /// Log time at `at`, as far as this node can tell.
    pub fn now(&self, at: Moment) -> LogTime {
        let elapsed = self.applied_at.map(|applied_at| Span(at.boot.saturating_sub(applied_at)));
        match elapsed {
            Some(elapsed) if elapsed <= FRESH => self.newest.after(elapsed),
            _ => LogTime(at.wall),
        }
    }
}

fn lower_median(times: impl Iterator<Item = LogTime>) -> Option<LogTime> {
    let mut sorted: Vec<LogTime> = times.collect();
    sorted.sort_unstable();
    sorted.get(sorted.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400_000;

    fn at(boot: u64) -> Moment {
        Moment { boot, ..Moment::default() }
    }

    fn both(time: LogTime) -> NodeTime {
        NodeTime { log: time, wall: time }
    }

    #[test]
    fn a_day_of_ticks_that_trail_does_not_slow_the_clock() {
        let start = 1_000 * DAY;
        let mut clock = LogClock::anchored(at(0), LogTime(start), &[]);
        for boot in (0..DAY).step_by(5_000) {
            let now = clock.now(at(boot));
            let trails = NodeTime { log: LogTime(now.0 - 10), wall: LogTime(start + boot) };
            clock.steer(at(boot), &[both(LogTime(start + boot)), trails, trails]);
        }
        let off = clock.now(at(DAY)).0.abs_diff(start + DAY);
        assert!(off < 20, "{off} ms off after a day");
    }

    #[test]
    fn one_wall_clock_off_by_a_day_moves_nothing() {
        let good = LogTime(1_000 * DAY);
        for wrong in [good.0 - DAY, good.0 + DAY] {
            let times = [good, LogTime(wrong), good].map(both);
            let clock = LogClock::anchored(at(5), LogTime(0), &times);
            assert_eq!(clock.now(at(5)), good);
        }
    }

    #[test]
    fn of_two_the_earlier_counts_and_the_log_is_never_contradicted() {
        let clock = LogClock::anchored(at(0), LogTime(50), &[LogTime(40), LogTime(90)].map(both));
        assert_eq!(clock.now(at(0)), LogTime(50));
        assert_eq!(clock.now(at(7)), LogTime(57));
    }

    #[test]
    fn steering_neither_jumps_nor_exceeds_a_thousandth() {
        let mut clock = LogClock::anchored(at(0), LogTime(1_000_000), &[]);
        clock.steer(at(0), &[both(LogTime(1_000_000 + DAY))]);
        assert_eq!(clock.now(at(0)), LogTime(1_000_000));
        assert_eq!(clock.now(at(100_000)), LogTime(1_100_100));
        let before = clock.now(at(100_000));
        clock.steer(at(100_000), &[both(LogTime(0))]);
        assert_eq!(clock.now(at(100_000)), before);
        assert_eq!(clock.now(at(200_000)), before.after(Span(99_900)));
    }

    #[test]
    fn a_node_trusts_the_log_while_it_is_fresh_and_its_wall_clock_after() {
        let mut estimate = Estimate::default();
        assert_eq!(estimate.now(Moment { boot: 1, wall: 77, micros: 0 }), LogTime(77));
        estimate.applied(Moment { boot: 10, wall: 77, micros: 0 }, LogTime(5_000));
        assert_eq!(estimate.now(Moment { boot: 1_010, wall: 77, micros: 0 }), LogTime(6_000));
        assert_eq!(estimate.now(Moment { boot: 10_011, wall: 77, micros: 0 }), LogTime(77));
    }
}
