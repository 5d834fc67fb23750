//! What does it cost when 10^6 holds end in the same second, and how long is the longest batch of that?
//!
//! The leader asks how far time may move on before it proposes, so that about five thousand timers fall due in one batch
//! (`Shard::due_cap`); a tick is applied for each slice. The holds end at a thousand instants or at a hundred that are close
//! together; then, a day later, what was kept of them is forgotten.

mod harness;

use engine::{Batch, LogTime, RULES, Span, limits};
use harness::{BATCH, Buyers, Options, ROUNDS, Report, Shop, Spent};

/// The product's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const HOLD: Span = Span::from_secs(600);

fn main() {
    let options = Options::from_args();
    let report = Report::new("expiry", options);
    let holds = options.scaled(1_000_000);
    for instants in [1_000, 100] {
        let (mut ended, mut forgotten, mut longest) = (Vec::new(), Vec::new(), Spent::default());
        for _ in 0..ROUNDS {
            let mut shop = filled(holds, instants);
            let end = shop.now.after(HOLD);
            let (sum, most) = catch_up(&mut shop, end);
            assert_eq!(shop.shard.next_deadline(), None, "all holds have ended");
            ended.push(sum);
            longest = longest.max(most);
            let (sum, most) = catch_up(&mut shop, end.after(limits::RETENTION));
            forgotten.push(sum);
            longest = longest.max(most);
        }
        report.each(&format!("{holds} holds end at {instants} instants"), Spent::median(&ended), holds);
        report.each(
            &format!("{holds} are forgotten, of {instants} instants"),
            Spent::median(&forgotten),
            holds,
        );
        report.once(&format!("longest slice of {instants} instants"), longest);
    }
}

/// Holds of new buyers that end at so many instants, a millisecond apart.
fn filled(holds: u64, instants: u64) -> Shop {
    let mut shop = Shop::new(HOLD);
    let per_instant = (holds / instants).max(1);
    while shop.next() < holds {
        shop.now.0 += u64::from(shop.next().is_multiple_of(per_instant));
        let batch = shop.attempts(BATCH.min(per_instant).min(holds - shop.next()), Buyers::New, false);
        shop.apply_all(&batch);
    }
    shop
}

/// Moves time on to `end` as a leader does: what all slices took together, and the longest.
fn catch_up(shop: &mut Shop, end: LogTime) -> (Spent, Spent) {
    let (mut sum, mut longest) = (Spent::default(), Spent::default());
    while shop.now < end {
        let now = shop.shard.due_cap(end, limits::DUE_MAX);
        let spent = shop.apply(&Batch { now, rules: RULES, proposals: Vec::new() });
        sum = sum + spent;
        longest = longest.max(spent);
    }
    (sum, longest)
}
