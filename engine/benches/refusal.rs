//! What does it cost to tell somebody that everything is sold?
//!
//! The leader asks before it proposes anything (`Shard::consider`), so nearly all attempts of a rush end here. Asked for
//! somebody new and for somebody who is known, of a sold-out product among few buyers and among 10^6; and then the
//! whole way through a batch, for what was still free when it was proposed.

mod harness;

use engine::{AHEAD, Command, PaymentMode, Refusal, Span};
use harness::{BATCH, Buyers, Options, ROUNDS, Report, Shop, Spent};

/// The product's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const DAY: Span = Span::from_secs(86_400);

fn main() {
    let options = Options::from_args();
    let report = Report::new("refusal", options);
    for live in [1_000, options.scaled(1_000_000)] {
        let mut shop = sold_out(live);
        let batches = options.scaled(1_000);
        for (name, buyers) in [("new", Buyers::New), ("known", Buyers::Known(live))] {
            let rounds = (0..ROUNDS).map(|_| {
                let batches = (0..batches).map(|_| one(&mut shop, buyers));
                batches.fold(Spent::default(), |sum, spent| sum + spent)
            });
            let spent = Spent::median(&rounds.collect::<Vec<_>>());
            report.each(&format!("checked, {name} buyers, {live} live"), spent, batches * BATCH);
        }
        let rounds = (0..ROUNDS).map(|_| {
            let batch = shop.attempts(BATCH, Buyers::New, true);
            shop.apply(&batch)
        });
        let spent = Spent::median(&rounds.collect::<Vec<_>>());
        report.each(&format!("applied, new buyers, {live} live"), spent, BATCH);
    }
}

/// A shop with so many live holds, whose products have no more units.
fn sold_out(live: u64) -> Shop {
    let mut shop = Shop::with(live / 8, DAY, PaymentMode::External);
    shop.fill(live / 8 * 8, false);
    shop
}

/// Checks a batch, made just before, as a decoder does.
fn one(shop: &mut Shop, buyers: Buyers) -> Spent {
    let asked = shop.attempts(BATCH, buyers, false).proposals.into_iter().map(|proposal| proposal.command);
    let asked: Vec<Command> = asked.collect();
    Spent::on(|| asked.chunks(AHEAD).for_each(|attempts| check(shop, attempts))).0
}

/// As the leader does with what waits for it.
fn check(shop: &Shop, attempts: &[Command]) {
    shop.shard.read_ahead(attempts.iter().map(|command| (command, None)));
    for attempt in attempts.iter().filter_map(Command::attempt) {
        let refused = matches!(shop.shard.consider(attempt, false), Err(Refusal::SoldOut { .. }));
        assert!(refused, "everything is sold");
    }
}
