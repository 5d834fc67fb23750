//! When a delivery is tried again.

use std::time::Duration;

use crate::options::Webhooks;

/// When to try again after so many failures, in milliseconds; `None` to give up. The wait doubles every time.
pub(super) fn next(options: &Webhooks, since: i64, failures: u32, now: i64) -> Option<i64> {
    let doubled = options.first_retry.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
    let at = now.saturating_add(millis(doubled));
    (at - since <= millis(options.give_up_after)).then_some(at)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4).min(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_until_three_days_have_passed() {
        let (mut now, mut failures) = (0, 1);
        while let Some(at) = next(&Webhooks::default(), 0, failures, now) {
            assert_eq!(at - now, 10_000 << (failures - 1));
            (now, failures) = (at, failures + 1);
        }
        let hours = now / 3_600_000;
        assert!((36..=72).contains(&hours) && failures > 10, "{hours} h, {failures}");
    }
}
