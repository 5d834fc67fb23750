//! The live display: how the sale goes, on stderr, where that is a terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::outage::Outage;
use super::plan::Plan;
use super::progress::Progress;

/// How often it is drawn.
const REFRESH: Duration = Duration::from_millis(100);

/// Shows how the sale goes until it is dropped.
pub(super) async fn show(plan: &Plan, progress: &Progress, outage: &Outage) {
    // It draws to stderr, and nothing at all where that is no terminal.
    let bar = ProgressBar::new(u64::from(plan.buyers));
    let style = ProgressStyle::with_template("{bar:32} {pos}/{len} buyers  {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let (mut last, mut answered) = (Instant::now(), 0);
    loop {
        tokio::time::sleep(REFRESH).await;
        let attempts = progress.attempts.get();
        let rate = per_second(attempts - answered, last.elapsed());
        (last, answered) = (Instant::now(), attempts);
        bar.set_position(progress.arrived.get().unsigned_abs());
        bar.set_message(message(progress, outage, rate));
    }
}

fn message(progress: &Progress, outage: &Outage, rate: u64) -> String {
    let leader = match (outage.has_begun(), outage.length()) {
        (false, _) => String::new(),
        (true, None) => "  leader killed".to_owned(),
        (true, Some(length)) => format!("  leader killed, back after {} ms", length.as_millis()),
    };
    format!(
        "{rate}/s  held {} (paying {})  sold {}  refused {}{leader}",
        progress.held.get(),
        progress.paying.get(),
        progress.sold.get(),
        progress.refused.get()
    )
}

/// How many a second that many in a time are.
pub(super) fn per_second(count: i64, time: Duration) -> u64 {
    let micros = time.as_micros().max(1);
    u64::try_from(u128::from(count.max(0).unsigned_abs()) * 1_000_000 / micros).unwrap_or(u64::MAX)
}
