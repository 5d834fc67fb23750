//! What does apply cost for each kind of command?
//!
//! A shard with 10^5 live holds applies batches of a thousand commands of one kind after the other, with idempotency keys
//! and without, so that each batch finds what the one before it left. What only the payment saga says has no keys.

mod harness;

use engine::command::{AdjustStock, Cancel, Checkout, Confirm, Notice, Pay, Refund, Release};
use engine::saga::{Finding, Means, Report as Reported};
use engine::{AdjustmentId, Command, Outcome, PaymentMode, Proposal, RefundId, Span};
use harness::shop::{key, order, price, reservation, scatter, text};
use harness::{BATCH, Options, ROUNDS, Report, SHARD, Shop, Spent};

/// The product's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const DAY: Span = Span::from_secs(86_400);

/// A kind of command, by the number of the reservation that it is about.
struct Kind {
    name: &'static str,
    command: fn(&Shop, u64) -> Command,
    /// Whether it is done, rather than refused or answered again.
    done: bool,
}

const fn done(name: &'static str, command: fn(&Shop, u64) -> Command) -> Kind {
    Kind { name, command, done: true }
}

const EXTERNAL: [Kind; 9] = [
    done("reserve", |shop, number| shop.attempt(number, number)),
    done("checkout", |_, number| {
        Command::Checkout(Checkout { reservation: reservation(number), buyer: None })
    }),
    done("release", |_, number| Command::Release(Release { reservation: reservation(number), buyer: None })),
    done("confirm", |_, number| confirm(number)),
    done("refund", |_, number| refund(number)),
    Kind { name: "cancel, refused", command: |_, number| cancel(number), done: false },
    done("reserve to cancel", |shop, number| shop.attempt(BATCH + number, number)),
    done("cancel", |_, number| cancel(BATCH + number)),
    done("adjust stock", adjust),
];

/// A payment's way, as far as it goes well.
const PROVIDER: [Kind; 7] = [
    done("reserve, of the provider's", |shop, number| shop.attempt(number, number)),
    done("pay", |_, number| pay(number)),
    done("report begun", |_, number| report(number, Finding::Begun)),
    done("report created", |_, number| report(number, Finding::Created(text(&format!("pi_{number:024}"))))),
    done("report authorized", |_, number| report(number, Finding::Authorized { capture_before: None })),
    done("notice", |_, number| notice(number)),
    done("report captured", |_, number| report(number, Finding::Captured)),
];

const AT_ONCE: [Kind; 1] = [done("reserve, an order at once", |shop, number| shop.attempt(number, number))];

fn main() {
    let options = Options::from_args();
    let report = Report::new("commands", options);
    for keyed in [false, true] {
        measure(&report, options, PaymentMode::External, &EXTERNAL, keyed);
        measure(&report, options, PaymentMode::None, &AT_ONCE, keyed);
    }
    measure(&report, options, PaymentMode::Provider, &PROVIDER, false);
}

fn measure(report: &Report, options: Options, payment: PaymentMode, kinds: &[Kind], keyed: bool) {
    let live = options.scaled(100_000);
    let mut shop = Shop::with(engine::limits::STOCK_MAX / 2, DAY, payment);
    shop.fill(live, false);
    let mut spent = kinds.iter().map(|_| Vec::new()).collect::<Vec<_>>();
    for round in 0..ROUNDS as u64 {
        for (place, (kind, spent)) in (0_u64..).zip(kinds.iter().zip(&mut spent)) {
            let salt = keyed.then_some(place << 32);
            spent.push(run(&mut shop, kind, live + round * 2 * BATCH, salt));
        }
    }
    let with = if keyed { "with keys" } else { "without keys" };
    for (kind, spent) in kinds.iter().zip(&spent) {
        report.each(&format!("{}, {with}", kind.name), Spent::median(spent), BATCH);
    }
}

/// A batch of one kind from reservation `first` on. `salt` tells the keys of one kind from those of another.
fn run(shop: &mut Shop, kind: &Kind, first: u64, salt: Option<u64>) -> Spent {
    shop.now.0 += 1;
    let proposals = (first..first + BATCH).map(|number| Proposal {
        key: salt.map(|salt| key(salt | number)),
        ..Proposal::of((kind.command)(shop, number))
    });
    let batch = shop.batch(proposals.collect());
    let spent = shop.apply(&batch);
    let is_done = |outcome: &Outcome| matches!(outcome, Outcome::Done(_));
    let wrong = shop.outcomes.iter().find(|outcome| is_done(outcome) != kind.done);
    assert!(wrong.is_none(), "{}: {wrong:?}", kind.name);
    spent
}

fn cancel(number: u64) -> Command {
    Command::Cancel(Cancel { reservation: reservation(number), buyer: None })
}

fn confirm(number: u64) -> Command {
    Command::Confirm(Confirm {
        reservation: reservation(number),
        buyer: None,
        order: order(number),
        payment: text(&format!("payment-{number:08}")),
        paid: price(100),
    })
}

fn pay(number: u64) -> Command {
    let means = Means { account: text("main"), method: text("pm_card_visa"), return_url: None };
    Command::Pay(Box::new(Pay { reservation: reservation(number), buyer: None, order: order(number), means }))
}

fn report(number: u64, finding: Finding) -> Command {
    Command::Report(Reported { reservation: reservation(number), attempt: 1, noticed: 0, finding })
}

fn notice(number: u64) -> Command {
    let event = text(&format!("evt_{number:024}"));
    Command::Notice(Notice { event, reservation: reservation(number), intent: None, refund: None })
}

fn refund(number: u64) -> Command {
    let id = RefundId::new(SHARD, 0, scatter(number));
    Command::Refund(Refund { id, order: order(number), amount: None, restock: true })
}

fn adjust(shop: &Shop, number: u64) -> Command {
    let (id, product) = (AdjustmentId::new(SHARD, 0, scatter(number)), shop.product(number).clone());
    Command::AdjustStock(AdjustStock { id, product, delta: 1, reason: text("counted") })
}
