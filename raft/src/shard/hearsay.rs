//! What a node that does not lead knows of log time: what leaders proposed, and how long ago it was applied here.
//!
//! A batch may come late, by the way it took, or because the node was away when it was proposed; it never comes early. So
//! of all that was heard of one leadership, what shows the latest time is nearest the truth. How late the others came
//! must not count: each failover would set log time back by it, and the next one forward, and holds would end early.

use engine::{LogTime, Span};

use super::clock::{LedTime, Moment};
use super::request::Leadership;

/// For how long what was heard counts, twice at most, and for how long after the last that was heard anything does. A
/// leader may slow down by a thousandth, so what is known is wrong by two hundredths of a second at most.
const KEPT: Span = Span(10_000);

/// What was heard of the newest leadership.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hearsay {
    leadership: Option<Leadership>,
    heard_at: u64,
    /// The best that was heard since `since`, and in the span before.
    best: Option<Heard>,
    before: Option<Heard>,
    since: u64,
}

#[derive(Clone, Copy, Debug)]
struct Heard {
    log: LogTime,
    at: u64,
}

impl Heard {
    fn now(self, boot: u64) -> LogTime {
        self.log.after(Span(boot.saturating_sub(self.at)))
    }
}

impl Hearsay {
    /// A batch of log time `log` was applied, which was proposed in `leadership`; or this node itself led in it.
    pub(super) fn heard(&mut self, at: Moment, leadership: Leadership, log: LogTime) {
        if self.leadership.is_some_and(|known| leadership < known) {
            return;
        }
        // After a silence nothing from before it counts: the leader may have slowed down for all that time.
        let silent = at.boot.saturating_sub(self.heard_at) > KEPT.0;
        if self.leadership != Some(leadership) || silent {
            *self = Hearsay { leadership: Some(leadership), since: at.boot, ..Hearsay::default() };
        }
        if at.boot.saturating_sub(self.since) > KEPT.0 {
            (self.before, self.best, self.since) = (self.best, None, at.boot);
        }
        self.heard_at = at.boot;
        let heard = Heard { log, at: at.boot };
        if self.best.is_none_or(|best| best.now(at.boot) <= log) {
            self.best = Some(heard);
        }
    }

    /// Log time at `at`, if anything was heard of late.
    pub(super) fn now(&self, at: Moment) -> Option<LedTime> {
        let term = self.leadership?.term;
        let silent = at.boot.saturating_sub(self.heard_at);
        let known = self.best.into_iter().chain(self.before).map(|heard| heard.now(at.boot));
        known.max().filter(|_| silent <= KEPT.0).map(|log| LedTime { term, log })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Leadership = Leadership { term: 1, node: 1 };
    const SECOND: Leadership = Leadership { term: 2, node: 2 };

    fn at(boot: u64) -> Moment {
        Moment { boot, ..Moment::default() }
    }

    fn now(hearsay: &Hearsay, boot: u64) -> Option<u64> {
        hearsay.now(at(boot)).map(|led| led.log.0)
    }

    #[test]
    fn what_was_heard_counts_for_a_while_and_then_nothing_is_known() {
        let mut hearsay = Hearsay::default();
        assert_eq!(now(&hearsay, 1), None);
        hearsay.heard(at(10), FIRST, LogTime(5_000));
        assert_eq!(now(&hearsay, 1_010), Some(6_000));
        assert_eq!(now(&hearsay, 10_010), Some(15_000));
        assert_eq!(now(&hearsay, 10_011), None);
    }

    #[test]
    fn what_came_late_does_not_count() {
        let mut hearsay = Hearsay::default();
        hearsay.heard(at(10), FIRST, LogTime(5_000));
        hearsay.heard(at(3_000), FIRST, LogTime(5_100));
        assert_eq!(now(&hearsay, 3_010), Some(8_000));
        hearsay.heard(at(3_020), FIRST, LogTime(8_050));
        assert_eq!(now(&hearsay, 3_020), Some(8_050));
    }

    #[test]
    fn what_was_heard_before_a_silence_does_not_count_after_it() {
        let mut hearsay = Hearsay::default();
        hearsay.heard(at(10), FIRST, LogTime(5_000));
        let slower = LogTime(5_000 + 3_600_000 - 3_600);
        hearsay.heard(at(3_600_010), FIRST, slower);
        assert_eq!(now(&hearsay, 3_600_010), Some(slower.0));
    }

    #[test]
    fn a_later_leadership_counts_however_late_and_an_earlier_one_never() {
        let mut hearsay = Hearsay::default();
        hearsay.heard(at(10), FIRST, LogTime(5_000));
        hearsay.heard(at(20), SECOND, LogTime(4_000));
        hearsay.heard(at(20), FIRST, LogTime(6_000));
        assert_eq!(hearsay.now(at(20)), Some(LedTime { term: 2, log: LogTime(4_000) }));
    }

    #[test]
    fn a_leader_that_slows_down_is_believed_in_the_end() {
        let mut hearsay = Hearsay::default();
        let truth = |boot: u64| 5_000 + boot - boot / 1_000;
        for boot in (0..600_000).step_by(1_000) {
            hearsay.heard(at(boot), FIRST, LogTime(truth(boot)));
            let off = now(&hearsay, boot).expect("just heard").abs_diff(truth(boot));
            assert!(off <= 21, "{off} ms off after {boot} ms");
        }
    }
}
