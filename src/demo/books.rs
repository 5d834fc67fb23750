//! The clients' own books: what they were told, and how long it took.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::hold::Hold;
use super::outage::Outage;

/// The longest latency that is told from longer ones, in microseconds: nobody waits longer.
const LATENCY_MAX: u64 = 60_000_000;

/// What the clients were told.
#[derive(Debug)]
pub(super) struct Books {
    pub(super) attempts: u64,
    pub(super) grants_before_kill: u64,
    pub(super) grants_after_kill: u64,
    /// Attempts settled in each second since the beginning.
    seconds: Vec<u64>,
    /// By code.
    pub(super) refused: BTreeMap<String, u64>,
    pub(super) unknown: u64,
    /// In microseconds.
    pub(super) latency: Histogram<u64>,
    pub(super) excluded: u64,
    pub(super) holds: Vec<Hold>,
    /// When the first attempt was sent.
    pub(super) began: Instant,
    /// Attempts settled, and when, once the last newcomer had come.
    pub(super) rush: Option<(u64, Instant)>,
    /// When nothing was left to do.
    pub(super) ended: Instant,
}

impl Books {
    /// Empty books.
    pub(super) fn new() -> Books {
        Books {
            attempts: 0,
            grants_before_kill: 0,
            grants_after_kill: 0,
            seconds: Vec::new(),
            refused: BTreeMap::new(),
            unknown: 0,
            latency: Histogram::new_with_bounds(1, LATENCY_MAX, 3)
                .expect("the bounds and three digits are allowed"),
            excluded: 0,
            holds: Vec::new(),
            began: Instant::now(),
            rush: None,
            ended: Instant::now(),
        }
    }

    /// How long an attempt took, unless the outage had a part in it.
    pub(super) fn time(&mut self, sent: Instant, done: Instant, outage: &Outage) {
        self.attempts += 1;
        self.count_second(done);
        if outage.touches(sent, done) {
            self.excluded += 1;
        } else {
            let micros = u64::try_from((done - sent).as_micros()).unwrap_or(u64::MAX);
            self.latency.saturating_record(micros);
        }
    }

    fn count_second(&mut self, done: Instant) {
        let second = usize::try_from((done - self.began).as_secs()).unwrap_or(usize::MAX);
        while self.seconds.len() <= second {
            self.seconds.push(0);
        }
        self.seconds[second] += 1;
    }

    /// How many attempts were settled in the best second.
    pub(super) fn best_second(&self) -> u64 {
        self.seconds.iter().copied().max().unwrap_or(0)
    }

    /// An attempt was granted.
    pub(super) fn grant(&mut self, done: Instant, outage: &Outage) {
        match outage.began_before(done) {
            true => self.grants_after_kill += 1,
            false => self.grants_before_kill += 1,
        }
    }

    /// An attempt was refused.
    pub(super) fn refuse(&mut self, code: &str) {
        match self.refused.get_mut(code) {
            Some(count) => *count += 1,
            None => drop(self.refused.insert(code.to_owned(), 1)),
        }
    }

    /// The last newcomer was answered.
    pub(super) fn end_rush(&mut self) {
        self.rush = Some((self.attempts, Instant::now()));
    }

    /// Attempts and the time in which newcomers made them. Those who come back in ones and twos later do not count.
    pub(super) fn rush(&self) -> (u64, Duration) {
        let (attempts, ended) = self.rush.unwrap_or((self.attempts, self.ended));
        (attempts, ended - self.began)
    }
}
