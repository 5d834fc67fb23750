//! What does it cost to tell somebody that everything is sold?
//!
//! The leader asks before it proposes anything (`Shard::consider`), so nearly all attempts of a rush end here. Asked for
//! somebody new and for somebody who is known, of a sold-out product among few buyers and among 10^6; and then the
//! whole way through a batch, for what was still free when it was proposed.

mod harness;

use engine::command::Reserve;
use engine::{Command, PaymentMode, Refusal, Span};
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
        let checks = options.scaled(1_000_000);
        for (name, buyers) in [("new", Buyers::New), ("known", Buyers::Known(live))] {
            let asked = attempts(&mut shop, checks, buyers);
            let rounds =
                (0..ROUNDS).map(|_| Spent::on(|| asked.iter().for_each(|reserve| check(&shop, reserve))).0);
            let spent = Spent::median(&rounds.collect::<Vec<_>>());
            report.each(&format!("checked, {name} buyers, {live} live"), spent, checks);
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

fn check(shop: &Shop, reserve: &Reserve) {
    let refused = matches!(shop.shard.consider(reserve), Err(Refusal::SoldOut { .. }));
    assert!(refused, "everything is sold");
}

fn attempts(shop: &mut Shop, count: u64, buyers: Buyers) -> Vec<Reserve> {
    let proposals = shop.attempts(count, buyers, false).proposals;
    let reserves = proposals.into_iter().filter_map(|proposal| match proposal.command {
        Command::Reserve(reserve) => Some(reserve),
        _ => None,
    });
    reserves.collect()
}
