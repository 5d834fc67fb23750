//! A bucket of one token: how often something may be done, and how that yields when the provider complains.

use std::time::Duration;

/// Which part of the permitted rate is made use of, and how late a token may be taken without the next being late, too.
/// The one pays for the other: r + 1 tokens span at least r / (0.98 r) s - 20 ms, so no second ever sees more than r.
const USED: f64 = 0.98;
const CAUGHT_UP: Duration = Duration::from_millis(20);
/// What is left of a rate after the provider complained.
const CUT: f64 = 0.5;
/// The rate never falls below this part of what is permitted: somebody has to find out that it is well again.
const FLOOR: f64 = 1.0 / 32.0;
/// How much of what is permitted the rate regains in a second without complaint.
const GAIN: f64 = 0.05;
/// Complaints about calls that were under way together count as one.
const TOGETHER: Duration = Duration::from_secs(1);

/// Spaces tokens evenly and saves none up, so that no second sees more than is permitted. Times are since whenever the owner likes.
#[derive(Debug)]
pub(super) struct Bucket {
    permitted: f64,
    rate: f64,
    next: Duration,
    cut_at: Option<Duration>,
    gained_at: Duration,
}

impl Bucket {
    /// A full bucket that gives at most `permitted` tokens in any second.
    pub(super) fn new(permitted: f64) -> Bucket {
        let permitted = permitted * USED;
        Bucket { permitted, rate: permitted, next: Duration::ZERO, cut_at: None, gained_at: Duration::ZERO }
    }

    /// When there is a token.
    pub(super) fn ready_at(&self) -> Duration {
        self.next
    }

    /// Takes the token that there is at `now`.
    pub(super) fn take(&mut self, now: Duration) {
        debug_assert!(now >= self.next, "nothing is taken before it is there");
        self.regain(now);
        self.next = self.next.max(now.saturating_sub(CAUGHT_UP)) + self.interval();
    }

    /// The provider complained: half the rate, and nothing at all for a while.
    pub(super) fn cut(&mut self, now: Duration, after: Option<Duration>) {
        self.regain(now);
        self.next = self.next.max(now + after.unwrap_or_default().max(self.interval()));
        if self.cut_at.is_some_and(|cut| now < cut + TOGETHER) {
            return;
        }
        self.cut_at = Some(now);
        self.gained_at = now + TOGETHER;
        self.rate = (self.rate * CUT).max(self.permitted * FLOOR);
        self.next = self.next.max(now + self.interval());
    }

    /// Tokens a second, as things are at `now`.
    pub(super) fn rate(&self, now: Duration) -> f64 {
        let quiet = now.saturating_sub(self.gained_at);
        (self.rate + quiet.as_secs_f64() * GAIN * self.permitted).min(self.permitted)
    }

    fn regain(&mut self, now: Duration) {
        self.rate = self.rate(now);
        self.gained_at = self.gained_at.max(now);
    }

    fn interval(&self) -> Duration {
        Duration::from_secs_f64(1.0 / self.rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn taken_in(bucket: &mut Bucket, from: Duration, to: Duration) -> u32 {
        let mut count = 0;
        loop {
            let at = bucket.ready_at().max(from);
            if at >= to {
                return count;
            }
            bucket.take(at);
            count += 1;
        }
    }

    #[test]
    fn tokens_are_spaced_and_not_saved_up() {
        let mut bucket = Bucket::new(25.0);
        assert_eq!(taken_in(&mut bucket, MS(0), MS(1_000)), 25);
        assert_eq!(taken_in(&mut bucket, MS(60_000), MS(61_000)), 25);
    }

    #[test]
    fn late_tokens_are_caught_up_and_no_second_sees_too_many() {
        let mut bucket = Bucket::new(25.0);
        let mut times = Vec::new();
        while times.len() < 1_000 {
            let late = MS(if times.len() % 7 < 5 { 9 } else { 0 });
            let at = bucket.ready_at() + late;
            bucket.take(at);
            times.push(at);
        }
        let last = times.last().expect("a thousand").as_secs_f64();
        assert!(last <= 1_000.0 / 25.0 / 0.95, "{last}");
        let second = |from: Duration| times.iter().filter(move |at| **at >= from && **at < from + MS(1_000));
        assert!(times.iter().all(|from| second(*from).count() <= 25));
    }

    #[test]
    fn a_complaint_halves_the_rate_and_quiet_gives_it_back() {
        let mut bucket = Bucket::new(20.0 / USED);
        bucket.take(MS(0));
        bucket.cut(MS(10), None);
        assert!((bucket.rate(MS(10)) - 10.0).abs() < 1e-6 && bucket.ready_at() == MS(110), "{bucket:?}");
        let recovering = taken_in(&mut bucket, MS(110), MS(10_110));
        assert!((120..=160).contains(&recovering), "{recovering}");
        assert!((bucket.rate(MS(13_000)) - 20.0).abs() < 1e-6, "{bucket:?}");
    }

    #[test]
    fn complaints_about_calls_under_way_together_count_as_one() {
        let mut bucket = Bucket::new(20.0 / USED);
        (0..20).for_each(|n| bucket.cut(MS(n), None));
        assert!((bucket.rate(MS(20)) - 10.0).abs() < 1e-6, "{bucket:?}");
    }

    #[test]
    fn the_rate_has_a_floor_and_a_wait_is_kept() {
        let mut bucket = Bucket::new(20.0);
        (0..100).for_each(|n| bucket.cut(MS(n * 1_000), None));
        assert!(bucket.rate(MS(99_000)) >= 19.0 / 32.0, "{bucket:?}");
        bucket.cut(MS(200_000), Some(Duration::from_secs(30)));
        assert_eq!(bucket.ready_at(), Duration::from_secs(230));
    }
}
