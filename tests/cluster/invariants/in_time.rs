//! I6 of payments: what is ordered was authorized in its time, and whoever leaves a payment alone is out of it when its
//! time is up. By the cluster's clock, which on one machine is everybody's.

use std::time::{Duration, SystemTime};

use super::back::BACK_WITHIN;

/// How long after its moment a change may be seen: a second, and as long as a shard may be without a leader.
const SEEN_AFTER: Duration = BACK_WITHIN.saturating_add(Duration::from_secs(1));

/// How long a payment may take from its first request on.
const WINDOW: Duration = Duration::from_secs(120);

/// How a payment went on in time.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    pub(crate) reservation: String,
    /// Until when it had to be authorized, and when its units were free in any case.
    pub(crate) pay_by: SystemTime,
    pub(crate) release_by: SystemTime,
    /// When the provider first heard of the last try, in whole seconds.
    pub(crate) heard: Option<SystemTime>,
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
        if course.heard.is_some_and(|heard| course.pay_by > heard + WINDOW + Duration::from_secs(1)) {
            wrong.push(format!("I6: it has more time than there is for a payment: {course:?}"));
        }
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
        let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let fine = Course {
            reservation: "r".to_owned(),
            pay_by: at(130),
            release_by: at(200),
            heard: Some(at(10)),
            ordered: Some(at(130)),
            last_payable: Some(at(136)),
            last_paying: Some(at(206)),
        };
        let count = |course: Course| violations(&[course]).len();
        assert_eq!(count(fine.clone()), 0);
        let nothing =
            Course { heard: None, ordered: None, last_payable: None, last_paying: None, ..fine.clone() };
        assert_eq!(count(nothing), 0);
        assert_eq!(count(Course { heard: Some(at(8)), ..fine.clone() }), 1);
        assert_eq!(count(Course { ordered: Some(at(131)), ..fine.clone() }), 1);
        assert_eq!(count(Course { last_payable: Some(at(137)), ..fine.clone() }), 1);
        assert_eq!(count(Course { last_paying: Some(at(207)), ..fine }), 1);
    }
}
