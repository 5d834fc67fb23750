//! How long does the slowest batch of a thousand take while a shard grows from nothing to 10^7 live holds?
//!
//! Tables that double, arrays that move and trees that split all show up here, and so does whatever else the machine
//! does meanwhile: hence CPU time beside wall time, and the ten slowest.

mod harness;

use engine::Span;
use harness::{BATCH, Buyers, Options, Report, Shop, Spent};

/// The product's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const DAY: Span = Span::from_secs(86_400);

fn main() {
    let options = Options::from_args();
    let report = Report::new("growth", options);
    for keyed in [false, true] {
        let with = if keyed { "with keys" } else { "without keys" };
        let mut shop = Shop::new(DAY);
        let mut all = Vec::new();
        for _ in 0..options.scaled(10_000_000) / BATCH {
            shop.now.0 += 1;
            let batch = shop.attempts(BATCH, Buyers::New, keyed);
            all.push(shop.apply_all(&batch));
        }
        report.once(&format!("median, {with}"), Spent::median(&all));
        all.sort_by_key(|spent| std::cmp::Reverse(spent.cpu));
        report.once(&format!("tenth slowest, {with}"), all[all.len().min(10) - 1]);
        report.once(&format!("slowest, {with}"), all[0]);
        // To give back gigabytes at once is another question, and would be answered in the middle of the next case.
        std::mem::forget(shop);
    }
}
