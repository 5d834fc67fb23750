//! Log time on a node: what a leader proposes by, and what every node takes it to be.
//!
//! Durations come from the machine's monotonic clock. A clock goes on where the one before it was; only where nobody knows
//! that do wall clocks play a part, and then by a quorum's lower median, so one node's wall clock off by a day moves no
//! hold.

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
        let wall = u64::try_from(wall_clock::now().as_millis()).unwrap_or(u64::MAX);
        Moment { boot: micros / 1_000, wall, micros }
    }
}

/// [`Moment::micros`] of now. Cost: one system call through the vDSO.
pub(super) fn micros() -> u64 {
    #[cfg(feature = "simulation")]
    if let Some(host) = crate::simulation::host() {
        return host.now().micros;
    }
    let time = clock_gettime(ClockId::Boottime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0) / 1_000
}

/// What a node says of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct NodeTime {
    /// What it knows of log time, from leading or from what a leader proposed of late: where a clock is anchored.
    pub led: Option<LedTime>,
    /// Its wall clock: what a clock is steered towards, and anchored at if nobody knows log time. The log's own time always
    /// trails a little, so a clock steered towards that would fall behind without end.
    pub wall: LogTime,
}

/// Log time as it went on in one leadership. Ordered by who knows better: of a later leadership first, then the later time,
/// since a batch that came late shows too early a time, and none shows too late a one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct LedTime {
    /// The term of the leadership.
    pub term: u64,
    /// What log time is by it, or was a little ago.
    pub log: LogTime,
}

impl NodeTime {
    /// The same, `span` later.
    pub fn after(self, span: Span) -> NodeTime {
        let led = self.led.map(|led| LedTime { log: led.log.after(span), ..led });
        NodeTime { led, wall: self.wall.after(span) }
    }

    /// What the node takes log time to be.
    pub fn log(self) -> LogTime {
        self.led.map_or(self.wall, |led| led.log)
    }
}

/// How fast a clock may be steered, in millionths: what `held` may end early or late by.
const SLEW_MAX_PPM: i64 = 1_000;
/// Over how long a difference is steered away, if the limit allows.
const HORIZON_MS: i64 = 10_000;
/// By how much everything that a quorum knows of log time may have come late, and how far behind the log's newest time a
/// wall clock may lie. Beyond that the wall clocks are taken to be wrong: somebody has set them.
const LATE_MAX: Span = Span(5_000);

/// A leader's clock. It never goes back and never jumps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogClock {
    anchor: LogTime,
    anchored_at: u64,
    slew_ppm: i64,
}

impl LogClock {
    /// A clock that goes on where the newest leadership was that a quorum's nodes know of, as the one knows that knows
    /// best; at the lower median of their wall clocks if none knows; and never before the log's newest time. If the wall
    /// clocks are a little ahead of what is known, they are right, and what is known came late: no node's clock alone can
    /// bring that about, since of two the earlier counts. `newest` must be the time of the newest entry, not of what
    /// happens to be applied: wall clocks are held against it too.
    pub fn anchored(at: Moment, newest: LogTime, times: &[NodeTime]) -> LogClock {
        // What is in the log is known as well, and what anybody knows of less came late.
        let led = times.iter().filter_map(|time| time.led).max().map(|led| led.log.max(newest));
        let wall = median_wall(times, led.unwrap_or(newest));
        let began_late = |led: LogTime| wall.filter(|wall| *wall > led && wall.since(led) <= LATE_MAX);
        let begin = led.map(|led| began_late(led).unwrap_or(led)).or(wall);
        let anchor = begin.map_or(newest, |begin| begin.max(newest));
        LogClock { anchor, anchored_at: at.boot, slew_ppm: 0 }
    }

    /// Log time at `at`.
    pub fn now(&self, at: Moment) -> LogTime {
        let elapsed = at.boot.saturating_sub(self.anchored_at);
        let slewed = i128::from(elapsed) * i128::from(1_000_000 + self.slew_ppm) / 1_000_000;
        self.anchor.after(Span(u64::try_from(slewed).unwrap_or(0)))
    }

    /// Steers towards the lower median of the wall clocks that may be right, at most [`SLEW_MAX_PPM`], and tells how far
    /// all of them lie apart.
    pub fn steer(&mut self, at: Moment, times: &[NodeTime]) -> Span {
        let now = self.now(at);
        *self = LogClock { anchor: now, anchored_at: at.boot, slew_ppm: 0 };
        let walls = times.iter().map(|time| time.wall);
        let Some(median) = median_wall(times, now) else { return Span(0) };
        let difference = i128::from(median.0) - i128::from(now.0);
        let wanted = difference * 1_000_000 / i128::from(HORIZON_MS);
        let limit = i128::from(SLEW_MAX_PPM);
        self.slew_ppm = i64::try_from(wanted.clamp(-limit, limit)).expect("clamped to a small range");
        let newest = walls.clone().max().unwrap_or_default();
        newest.since(walls.min().unwrap_or_default())
    }
}

/// The lower median of the wall clocks that may be right, where log time has come to `known`.
///
/// Log time never ran ahead of a quorum's clocks. So one that lies far behind it is wrong, and must not be the earlier of
/// two: log time would stand still by it, and jump with the next leader that goes by the other. If more than half lie
/// behind, it is log time that is ahead, since more than one clock was wrong once: then they count, and it goes on.
fn median_wall(times: &[NodeTime], known: LogTime) -> Option<LogTime> {
    let walls = times.iter().map(|time| time.wall);
    let is_behind = |wall: &LogTime| known.since(*wall) > LATE_MAX;
    if walls.clone().filter(is_behind).count() * 2 > times.len() {
        return lower_median(walls);
    }
    lower_median(walls.filter(|wall| !is_behind(wall)))
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

    fn wall(wall: LogTime) -> NodeTime {
        NodeTime { led: None, wall }
    }

    fn led(term: u64, log: u64, wall: u64) -> NodeTime {
        NodeTime { led: Some(LedTime { term, log: LogTime(log) }), wall: LogTime(wall) }
    }

    #[test]
    fn a_day_of_ticks_that_trail_does_not_slow_the_clock() {
        let start = 1_000 * DAY;
        let mut clock = LogClock::anchored(at(0), LogTime(start), &[]);
        for boot in (0..DAY).step_by(5_000) {
            let now = clock.now(at(boot));
            let trails = led(1, now.0 - 10, start + boot);
            clock.steer(at(boot), &[wall(LogTime(start + boot)), trails, trails]);
        }
        let off = clock.now(at(DAY)).0.abs_diff(start + DAY);
        assert!(off < 20, "{off} ms off after a day");
    }

    #[test]
    fn one_wall_clock_off_by_a_day_moves_nothing() {
        let good = LogTime(1_000 * DAY);
        for wrong in [good.0 - DAY, good.0 + DAY] {
            let times = [good, LogTime(wrong), good].map(wall);
            let clock = LogClock::anchored(at(5), LogTime(0), &times);
            assert_eq!(clock.now(at(5)), good);
        }
    }

    #[test]
    fn of_two_the_earlier_counts_and_the_log_is_never_contradicted() {
        let clock = LogClock::anchored(at(0), LogTime(50), &[LogTime(40), LogTime(90)].map(wall));
        assert_eq!(clock.now(at(0)), LogTime(50));
        assert_eq!(clock.now(at(7)), LogTime(57));
    }

    #[test]
    fn steering_neither_jumps_nor_exceeds_a_thousandth() {
        let mut clock = LogClock::anchored(at(0), LogTime(1_000_000), &[]);
        clock.steer(at(0), &[wall(LogTime(1_000_000 + DAY))]);
        assert_eq!(clock.now(at(0)), LogTime(1_000_000));
        assert_eq!(clock.now(at(100_000)), LogTime(1_100_100));
        let before = clock.now(at(100_000));
        clock.steer(at(100_000), &[wall(LogTime(0))]);
        assert_eq!(clock.now(at(100_000)), before);
        assert_eq!(clock.now(at(200_000)), before.after(Span(99_900)));
    }

    #[test]
    fn a_clock_goes_on_in_the_newest_leadership_by_who_knows_it_best() {
        let day_ahead = 5_000 + DAY;
        let times = [led(3, 9_000, 0), led(4, 5_000, day_ahead), led(4, 4_000, 4_500), wall(LogTime(DAY))];
        assert_eq!(LogClock::anchored(at(0), LogTime(0), &times).now(at(0)), LogTime(5_000));
        assert_eq!(LogClock::anchored(at(0), LogTime(5_001), &times).now(at(0)), LogTime(5_001));
    }

    #[test]
    fn what_came_late_is_made_good_by_the_wall_clocks_unless_somebody_has_set_them() {
        let begun = |times: &[NodeTime]| LogClock::anchored(at(0), LogTime(0), times).now(at(0)).0;
        assert_eq!(begun(&[led(4, 5_000, 9_000), wall(LogTime(9_010))]), 9_000);
        assert_eq!(begun(&[led(4, 5_000, 9_000), wall(LogTime(4_000))]), 5_000, "of two the earlier counts");
        assert_eq!(begun(&[led(4, 5_000, DAY), wall(LogTime(DAY))]), 5_000, "an hour is not late");
    }

    /// Whoever knows anything heard it six seconds late; the log knows more, and is two seconds behind.
    #[test]
    fn what_the_log_knows_counts_beside_what_came_later_than_that() {
        let (newest, now) = (LogTime(12_000), LogTime(14_000));
        let clock = LogClock::anchored(at(0), newest, &[led(4, 8_000, now.0), wall(now)]);
        assert_eq!(clock.now(at(0)), now);
    }

    #[test]
    fn a_wall_clock_far_behind_the_log_is_wrong_and_not_the_earlier_of_two() {
        let (newest, now) = (LogTime(2 * DAY), LogTime(2 * DAY + 7_000));
        let begun = |times: &[NodeTime]| LogClock::anchored(at(0), newest, times).now(at(0));
        assert_eq!(begun(&[wall(LogTime(DAY)), wall(now)]), now, "nothing stood still but the shard");
        let led_late = NodeTime { led: Some(LedTime { term: 4, log: newest }), wall: LogTime(DAY) };
        assert_eq!(begun(&[led_late, wall(LogTime(now.0 - 3_000))]), LogTime(now.0 - 3_000), "it came late");
        let a_little = LogTime(newest.0 - LATE_MAX.0);
        assert_eq!(begun(&[wall(a_little), wall(now)]), newest, "of what may be right the earlier counts");
        let three = [LogTime(DAY), now, LogTime(3 * DAY)].map(wall);
        assert_eq!(begun(&three), now);
    }

    #[test]
    fn log_time_that_is_ahead_of_most_wall_clocks_goes_on() {
        let newest = LogTime(2 * DAY);
        for times in [&[DAY, DAY][..], &[DAY, DAY, 3 * DAY], &[DAY]] {
            let times: Vec<NodeTime> = times.iter().map(|&time| wall(LogTime(time))).collect();
            let mut clock = LogClock::anchored(at(0), newest, &times);
            assert_eq!(clock.now(at(0)), newest);
            clock.steer(at(0), &times);
            assert_eq!(clock.now(at(1_000)), newest.after(Span(999)), "it goes on, and more slowly");
        }
    }

    #[test]
    fn of_two_a_clock_is_not_steered_by_the_one_that_is_far_behind() {
        let mut clock = LogClock::anchored(at(0), LogTime(2 * DAY), &[]);
        clock.steer(at(0), &[wall(LogTime(DAY)), wall(LogTime(2 * DAY))]);
        assert_eq!(clock.now(at(100_000)), LogTime(2 * DAY + 100_000));
    }
}
