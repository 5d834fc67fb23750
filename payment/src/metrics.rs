//! What the calls to the provider came to, counted.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use engine::vocabulary::text::AccountName;

use crate::client::{Endpoint, Verdict};

/// The upper bounds of the classes that latencies are counted in; what is above the last is in the class behind it.
pub const LATENCY_BOUNDS: [Duration; 12] = [
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_millis(1_000),
    Duration::from_millis(2_500),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_secs(80),
];

/// Counters of what goes on between this node and the provider. A call locks them for a moment; there are at most some
/// hundreds of calls a second.
#[derive(Debug, Default)]
pub struct Metrics {
    calls: Mutex<BTreeMap<(Endpoint, &'static str), u64>>,
    latencies: Mutex<BTreeMap<Endpoint, Latencies>>,
    reports: AtomicU64,
    unrecorded: AtomicU64,
    alarms: AtomicU64,
}

/// How long calls to one endpoint took, without the wait for their turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latencies {
    /// How many fell into each class of [`LATENCY_BOUNDS`], each for itself, and how many above.
    pub classes: [u64; LATENCY_BOUNDS.len() + 1],
    /// The sum of all.
    pub sum: Duration,
}

/// The counters at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Calls by endpoint and by what came of them: `done`, `declined`, `refused`, `spent`, or why they are to be made
    /// again.
    pub calls: BTreeMap<(Endpoint, &'static str), u64>,
    /// How long they took.
    pub latencies: BTreeMap<Endpoint, Latencies>,
    /// Findings that were recorded.
    pub reports: u64,
    /// Findings that could not be recorded, each time.
    pub unrecorded: u64,
    /// Alarms.
    pub alarms: u64,
    /// How many calls wait for their turn, by account.
    pub waiting: BTreeMap<AccountName, usize>,
    /// How many tasks there are on this node, or were when the actor last slept.
    pub tasks: usize,
    /// How many refunds that arrived are rechecked.
    pub rechecks: usize,
}

impl Snapshot {
    /// How many calls came to `result`, at all endpoints.
    pub fn results(&self, result: &str) -> u64 {
        self.calls.iter().filter(|((_, name), _)| *name == result).map(|(_, count)| count).sum()
    }
}

impl Metrics {
    pub(crate) fn called(&self, endpoint: Endpoint, verdict: &Verdict, took: Duration) {
        *locked(&self.calls).entry((endpoint, result(verdict))).or_default() += 1;
        let mut latencies = locked(&self.latencies);
        let of = latencies.entry(endpoint).or_default();
        let class = LATENCY_BOUNDS.iter().position(|bound| took <= *bound).unwrap_or(LATENCY_BOUNDS.len());
        of.classes[class] += 1;
        of.sum = of.sum.saturating_add(took);
    }

    pub(crate) fn recorded(&self, well: bool) {
        let counter = if well { &self.reports } else { &self.unrecorded };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn alarmed(&self) {
        self.alarms.fetch_add(1, Ordering::Relaxed);
    }

    /// The counters as they are; what others know of waiting and tasks is empty.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            calls: locked(&self.calls).clone(),
            latencies: locked(&self.latencies).clone(),
            reports: self.reports.load(Ordering::Relaxed),
            unrecorded: self.unrecorded.load(Ordering::Relaxed),
            alarms: self.alarms.load(Ordering::Relaxed),
            ..Snapshot::default()
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn result(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Done(_) => "done",
        Verdict::Declined(_) => "declined",
        Verdict::Refused(_) => "refused",
        Verdict::Spent { .. } => "spent",
        Verdict::Retry(retry) => retry.reason.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Reason;

    #[test]
    fn calls_are_counted_by_endpoint_and_result() {
        let metrics = Metrics::default();
        let busy = Verdict::retry(Reason::InUse);
        metrics.called(Endpoint::ConfirmIntent, &busy, Duration::from_millis(10));
        metrics.called(Endpoint::ConfirmIntent, &busy, Duration::from_millis(11));
        metrics.called(Endpoint::CancelIntent, &Verdict::Spent { status: 500 }, Duration::from_secs(81));
        let snapshot = metrics.snapshot();
        assert_eq!(snapshot.calls[&(Endpoint::ConfirmIntent, "in_use")], 2);
        assert_eq!((snapshot.results("in_use"), snapshot.results("spent")), (2, 1));
        let confirm = snapshot.latencies[&Endpoint::ConfirmIntent];
        assert_eq!((&confirm.classes[..3], confirm.sum), (&[1, 1, 0][..], Duration::from_millis(21)));
        assert_eq!(snapshot.latencies[&Endpoint::CancelIntent].classes[12], 1);
    }
}
