//! I6 of payments: what is ordered was authorized in its time, and whoever leaves a payment alone is out of it when its
//! time is up. By the cluster's clock, which on one machine is everybody's.

use std::time::{Duration, SystemTime};

use super::back::BACK_WITHIN;

/// How long after its moment a change may be seen: a second, and as long as a shard may be without a leader.
const SEEN_AFTER: Duration = BACK_WITHIN.saturating_add(Duration::from_secs(1));

/// How a payment went on in time.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    pub(crate) reservation: String,
    /// Until when it had to be authorized, and when its units were free in any case.
    pub(crate) pay_by: SystemTime,
    pub(crate) release_by: SystemTime,
    /// When the order was made.
    pub(crate) ordered: Option<SystemTime>,
    /// When the last looks began that found that it could still be authorized, and that it was not over.
    pub(crate) last_payable: Option<SystemTime>,
    pub(crate) last_paying: Option<SystemTime>,
}

/// What is wrong with `courses`.
pub(crate) fn violations(courses: &[Course]) -> Vec<String> {
    let mut wrong = Vec::new();
    for course in courses {
        let is_after = |what: Option<SystemTime>, end: SystemTime| what.is_some_and(|at| at > end);
        if is_after(course.ordered, course.pay_by) {
            wrong.push(format!("I6: ordered when its time was up: {course:?}"));
        }
        if is_after(course.last_payable, course.pay_by + SEEN_AFTER) {
            wrong.push(format!("I6: still to be paid when its time was up: {course:?}"));
        }
        if is_after(course.last_paying, course.release_by + SEEN_AFTER) {
            wrong.push(format!("I6: still paying when its units had to be free: {course:?}"));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_past_its_time_is_found() {
        let at = |seconds: u64| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        let count = |ordered, last_payable, last_paying| {
            let (reservation, pay_by) = ("r".to_owned(), at(100).expect("a time"));
            let release_by = at(200).expect("a time");
            violations(&[Course { reservation, pay_by, release_by, ordered, last_payable, last_paying }])
                .len()
        };
        assert_eq!(count(at(100), at(106), at(206)), 0);
        assert_eq!(count(None, None, None), 0);
        assert_eq!(count(at(101), None, None), 1);
        assert_eq!(count(None, at(107), at(107)), 1);
        assert_eq!(count(None, None, at(207)), 1);
    }
}
