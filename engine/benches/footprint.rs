//! How many bytes does a live hold take, and a remembered answer?
//!
//! Counts what a shard asks of the allocator while it grows: the bytes that stay, a hold or an answer each. A table that
//! has just grown is half empty, so several sizes are taken within a doubling, and the least and the most are printed.
//! What the allocator itself adds (8 to 24 bytes a piece, of which only a new buyer's name is one of its own) is in the
//! resident size, which is taken once, while the process is still young.

mod harness;

use allocation_counter::measure;
use engine::Span;
use harness::{BATCH, Buyers, Options, Report, Shop};

const DAY: Span = Span::from_secs(86_400);
/// Eighths of a doubling.
const STEPS: u64 = 8;

fn main() {
    let options = Options::from_args();
    let report = Report::new("footprint", options);
    let base = options.scaled(1_000_000);
    resident_hold(&report, base);
    let all = |buyers, keyed| sizes(base).map(|to| grow(to, buyers, keyed)).collect::<Vec<_>>();
    let new = all(Buyers::New, false);
    print(&report, "a live hold of a new buyer", &new);
    print(&report, "a live hold of a known buyer", &all(Buyers::Known(base / 10), false));
    let keyed = all(Buyers::New, true);
    let answers = keyed.iter().zip(&new).map(|(with, without)| with - without);
    print(&report, "a remembered answer", &answers.collect::<Vec<_>>());
}

fn sizes(base: u64) -> impl Iterator<Item = u64> {
    (0..STEPS).map(move |step| base + base * step / STEPS)
}

/// The bytes of each of `to` holds, in a shop of its own. The first ones bring what every shard has.
fn grow(to: u64, buyers: Buyers, keyed: bool) -> f64 {
    let mut shop = Shop::new(DAY);
    attempt(&mut shop, BATCH, buyers, keyed);
    let asked = measure(|| attempt(&mut shop, to - BATCH, buyers, keyed));
    asked.bytes_current as f64 / (to - BATCH) as f64
}

fn resident_hold(report: &Report, holds: u64) {
    let mut shop = Shop::new(DAY);
    attempt(&mut shop, BATCH, Buyers::New, false);
    let before = resident();
    attempt(&mut shop, holds, Buyers::New, false);
    report
        .figures("a live hold of a new buyer, resident", &[("bytes", (resident() - before) / holds as f64)]);
}

fn attempt(shop: &mut Shop, mut left: u64, buyers: Buyers, keyed: bool) {
    while left > 0 {
        shop.now.0 += 1;
        let batch = shop.attempts(left.min(BATCH), buyers, keyed);
        shop.apply_all(&batch);
        left -= left.min(BATCH);
    }
    (shop.events, shop.outcomes) = (Vec::new(), Vec::new());
}

fn print(report: &Report, case: &str, bytes: &[f64]) {
    let (least, most) =
        bytes.iter().fold((f64::MAX, 0.0), |(least, most), &bytes| (bytes.min(least), bytes.max(most)));
    report.figures(case, &[("least", least), ("most", most)]);
}

/// The bytes of memory that this process has.
fn resident() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<f64>().ok());
    pages.unwrap_or(0.0) * 4_096.0
}
