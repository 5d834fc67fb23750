//! Histograms for metrics. Atomics only: whoever counts never waits for whoever reads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many buckets a [`Histogram`] has. Their upper bounds are 1, 2, 3, 4, 6, 8, 12, 16 and so on, two for each power of
/// two, up to about 6 million; the last one has none.
pub const BUCKETS: usize = 46;

/// A log-linear histogram with fixed buckets. Recording costs three relaxed additions, however many values at once.
#[derive(Debug)]
pub struct Histogram {
    buckets: [AtomicU64; BUCKETS],
    sum: AtomicU64,
    count: AtomicU64,
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram {
            buckets: std::array::from_fn(|_| AtomicU64::new(0)),
            sum: AtomicU64::new(0),
            count: AtomicU64::new(0),
        }
    }
}

impl Histogram {
    /// Counts one value.
    pub fn record(&self, value: u64) {
        self.record_many(value, 1);
    }

    /// Counts `times` values that are alike.
    pub fn record_many(&self, value: u64, times: usize) {
        let times = u64::try_from(times).unwrap_or(u64::MAX);
        self.buckets[bucket(value)].fetch_add(times, Ordering::Relaxed);
        self.sum.fetch_add(value.saturating_mul(times), Ordering::Relaxed);
        self.count.fetch_add(times, Ordering::Relaxed);
    }

    /// Counts a duration in microseconds.
    pub fn record_time(&self, time: Duration) {
        self.record(micros(time));
    }

    /// The upper bound of a bucket; the last one has none.
    pub fn bound(bucket: usize) -> Option<u64> {
        match bucket {
            0 => Some(1),
            _ if bucket + 1 >= BUCKETS => None,
            _ if bucket % 2 == 1 => Some(2 << (bucket / 2)),
            _ => Some(3 << (bucket / 2 - 1)),
        }
    }

    /// How many values each bucket has.
    pub fn buckets(&self) -> [u64; BUCKETS] {
        std::array::from_fn(|bucket| self.buckets[bucket].load(Ordering::Relaxed))
    }

    /// The sum of all values.
    pub fn sum(&self) -> u64 {
        self.sum.load(Ordering::Relaxed)
    }

    /// How many values there were.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

/// A duration as histograms count it.
pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// The first bucket that reaches `value`: for those between two powers of two, the lower half or the upper one.
fn bucket(value: u64) -> usize {
    let Some(power) = value.saturating_sub(1).checked_ilog2() else { return 0 };
    let base = 1_u64 << power;
    let upper = value - base > base / 2;
    (2 * power as usize + usize::from(upper)).min(BUCKETS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_go_up_by_a_half_and_a_third_in_turn() {
        let bounds: Vec<u64> = (0..9).filter_map(Histogram::bound).collect();
        assert_eq!(bounds, [1, 2, 3, 4, 6, 8, 12, 16, 24]);
        assert_eq!(Histogram::bound(BUCKETS - 2), Some(6 << 20));
        assert_eq!(Histogram::bound(BUCKETS - 1), None);
    }

    #[test]
    fn a_value_is_counted_in_the_first_bucket_that_reaches_it() {
        for value in (0..5_000).chain([1 << 22, (1 << 22) + 1, 6 << 20, (6 << 20) + 1, u64::MAX]) {
            let reaches = |&bucket: &usize| Histogram::bound(bucket).is_none_or(|bound| value <= bound);
            assert_eq!(Some(bucket(value)), (0..BUCKETS).find(reaches), "{value}");
        }
    }

    #[test]
    fn many_alike_count_as_so_many_at_once() {
        let histogram = Histogram::default();
        histogram.record(5);
        histogram.record_many(6, 10);
        histogram.record_time(Duration::from_millis(1));
        assert_eq!((histogram.count(), histogram.sum()), (12, 1_065));
        assert_eq!((histogram.buckets()[4], histogram.buckets().iter().sum::<u64>()), (11, 12));
    }
}
