//! I6: no hold ends early by more than a thousandth of its length, nor late by more than a second while its shard can be
//! asked, by the real clock.

use std::time::{Duration, Instant};

/// How much a hold may be late.
const LATE_MAX: Duration = Duration::from_secs(1);

/// What was seen of a hold's end. Each moment is the side of the request that favours the cluster.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending {
    pub(crate) length: Duration,
    /// The hold was granted between these.
    pub(crate) asked: Instant,
    pub(crate) granted: Instant,
    /// The last look that found it held began then.
    pub(crate) last_held: Instant,
    /// The first look that found it ended was answered then.
    pub(crate) first_ended: Instant,
    /// From when on its shard could be asked, if a fault came between.
    pub(crate) back: Option<Instant>,
}

/// What is wrong with `endings`.
pub(crate) fn violations(endings: &[Ending]) -> Vec<String> {
    let mut wrong = Vec::new();
    for ending in endings {
        let earliest = ending.asked + ending.length - ending.length / 1_000;
        let due = ending.granted + ending.length + ending.length / 1_000;
        let latest = ending.back.map_or(due, |back| due.max(back)) + LATE_MAX;
        if ending.first_ended < earliest {
            wrong.push(format!("I6: early by {:?}: {ending:?}", earliest - ending.first_ended));
        }
        if ending.last_held > latest {
            wrong.push(format!("I6: late by {:?}: {ending:?}", ending.last_held - latest + LATE_MAX));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_that_ends_early_or_late_is_found() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let ending = |last_held: u64, first_ended: u64, back: Option<u64>| Ending {
            length: Duration::from_secs(3),
            asked: at(0),
            granted: at(10),
            last_held: at(last_held),
            first_ended: at(first_ended),
            back: back.map(at),
        };
        assert!(violations(&[ending(2_990, 3_040, None)]).is_empty());
        assert!(violations(&[ending(4_900, 4_950, Some(4_000))]).is_empty());
        assert!(violations(&[ending(2_900, 2_996, None)])[0].contains("early by 1ms"));
        assert!(violations(&[ending(4_100, 4_150, None)])[0].contains("late by 1.087s"));
        assert_eq!(violations(&[ending(5_100, 5_150, Some(4_000))]).len(), 1);
    }
}
