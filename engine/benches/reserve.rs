//! What does a reserve cost, and how does that change with the number of live holds?
//!
//! A shard with 10^3, 10^5 and 10^7 live holds applies batches of a thousand attempts: of buyers who are new or were
//! here before, with an idempotency key or without. What a round adds is a twentieth of the holds at most, but at 10^3,
//! where it is one batch.

mod harness;

use engine::Span;
use harness::{BATCH, Buyers, Options, ROUNDS, Report, Shop, Spent};

/// The product's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const DAY: Span = Span::from_secs(86_400);
/// To fill a shard with more than that takes too long to do it for each round anew.
const REFILLED_MAX: u64 = 100_000;

fn main() {
    let options = Options::from_args();
    let report = Report::new("reserve", options);
    let most = if options.quick { 200_000 } else { 10_000_000 };
    for live in [1_000, 100_000, most] {
        let mut shop = None;
        for (buyers, keyed) in [
            (Buyers::New, false),
            (Buyers::New, true),
            (Buyers::Known(live), false),
            (Buyers::Known(live), true),
        ] {
            let case = format!("{live} live, {}, {}", of(buyers), with(keyed));
            let batches = (live / (20 * BATCH)).clamp(1, 100);
            let rounds = (0..ROUNDS).map(|_| {
                let shop = refilled(&mut shop, live);
                (0..batches)
                    .map(|_| one(shop, buyers, keyed))
                    .fold(Spent::default(), |sum, spent| sum + spent)
            });
            report.each(&case, Spent::median(&rounds.collect::<Vec<_>>()), batches * BATCH);
        }
    }
}

/// A shop with so many live holds: the one that there is, if it is large.
fn refilled(shop: &mut Option<Shop>, live: u64) -> &mut Shop {
    if live <= REFILLED_MAX {
        *shop = None;
    }
    shop.get_or_insert_with(|| {
        let mut shop = Shop::new(DAY);
        shop.fill(live, false);
        shop
    })
}

/// A batch, made just before it is applied, as a decoder does.
fn one(shop: &mut Shop, buyers: Buyers, keyed: bool) -> Spent {
    shop.now.0 += 1;
    let batch = shop.attempts(BATCH, buyers, keyed);
    shop.apply_all(&batch)
}

fn of(buyers: Buyers) -> &'static str {
    match buyers {
        Buyers::New => "new buyers",
        Buyers::Known(_) => "known buyers",
    }
}

fn with(keyed: bool) -> &'static str {
    if keyed { "with keys" } else { "without keys" }
}
