//! A small shard with something of everything.

use engine::command::{
    AdjustStock, Cancel, Checkout, Confirm, Found, Notice, Pay, Purchase, PutProduct, Refund, Reserve,
};
use engine::saga::{Finding, Means, Report};
use engine::{
    AdjustmentId, Batch, Command, Description, Fingerprint, LogTime, Money, OrderId, Outcome, PaymentMode,
    Proposal, RULES, RefundId, ReservationId, Scope, Shard, ShardId, Span,
};

pub(crate) const SHARD: ShardId = ShardId(3);
const START: LogTime = LogTime(1_795_737_600_000);
const SECRET: [u8; 16] = [5; 16];

/// Products of a group, one that is paused and one that opens later; holds, a payment under way, reservations that are
/// over, orders with and without payment, refunds, an adjustment, remembered answers of all kinds.
pub(crate) fn shard() -> Shard {
    let mut shard = Shard::new(SHARD);
    for (number, command) in commands().into_iter().enumerate() {
        let (mut outcomes, mut events) = (Vec::new(), Vec::new());
        let key = (number > 0).then(|| fingerprint(number, &command));
        let proposals = vec![Proposal { command, key, not_after: LogTime::NEVER }];
        let now = LogTime(START.0 + 1_000 * number as u64);
        shard.apply(&Batch { now, rules: RULES, proposals }, &mut outcomes, &mut events);
        assert!(matches!(outcomes[..], [Outcome::Done(_)]), "{number}: {outcomes:?}");
    }
    shard
}

/// The same with payments by the provider: one that waits in the queue, one whose buyer has to do something, one that
/// was declined and is tried again, one that is unsettled, an order whose money is to be taken, one whose money was,
/// and refunds of it.
pub(crate) fn paid_shard() -> Shard {
    let mut shard = shard();
    for (number, command) in (100..).zip(payments()) {
        let (mut outcomes, mut events) = (Vec::new(), Vec::new());
        let is_asked_for = !matches!(command, Command::Report(_) | Command::Notice(_));
        let key = is_asked_for.then(|| fingerprint(number, &command));
        let proposals = vec![Proposal { key, ..Proposal::of(command) }];
        let now = LogTime(START.0 + 30_000 + 1_000 * number as u64);
        shard.apply(&Batch { now, rules: RULES, proposals }, &mut outcomes, &mut events);
        assert!(matches!(outcomes[..], [Outcome::Done(_)]), "{number}: {outcomes:?}");
    }
    shard
}

/// What is done to it, in order.
pub(crate) fn payments() -> Vec<Command> {
    let code = || "insufficient_funds".parse().expect("well formed");
    let made = |name: &str| name.parse::<engine::ProviderRefundId>().expect("well formed");
    let refund_id = |number| RefundId::new(SHARD, START.0, number);
    let mut commands = vec![put("card", PaymentMode::Provider, START)];
    commands.extend((10..16).map(|number| purchase(&format!("buyer-{number}"), number)));
    let to_intent = |number: u64| {
        let intent = format!("pi-{number}").parse().expect("well formed");
        [report(number, 1, Finding::Begun), report(number, 1, Finding::Created(intent))]
    };
    commands.extend((11..16).flat_map(to_intent));
    commands.push(report(11, 1, Finding::ActionRequired("{\"type\":\"redirect\"}".parse().expect("JSON"))));
    commands.push(report(12, 1, Finding::Declined(code())));
    commands.push(pay(12));
    commands.push(report(12, 1, Finding::Authorized { capture_before: None }));
    commands.push(report(13, 1, Finding::Processing));
    commands.push(report(
        14,
        1,
        Finding::Authorized { capture_before: Some(LogTime(START.0 + 600_000_000)) },
    ));
    commands.push(report(15, 1, Finding::Captured));
    commands.push(refund(15, 10, Some(40), false));
    commands.push(report(15, 1, Finding::RefundMade(refund_id(10), made("re-10"))));
    commands.push(report(15, 1, Finding::RefundSucceeded(refund_id(10))));
    commands.push(refund(15, 11, Some(30), false));
    commands.push(report(15, 1, Finding::RefundFailed(refund_id(11), code())));
    commands.push(refund(15, 12, None, true));
    commands.push(notice(13));
    commands
}

/// What is done to it, in order.
pub(crate) fn commands() -> Vec<Command> {
    vec![
        Command::Found(Found { secret: SECRET }),
        put("shoe.42", PaymentMode::External, START),
        put("shoe.43", PaymentMode::External, START),
        put("slot", PaymentMode::None, START),
        put("late", PaymentMode::External, LogTime(START.0 + 5_000_000)),
        reserve("shoe.42", "alice", 1),
        reserve("shoe.42", "bob", 2),
        reserve("shoe.43", "alice", 3),
        reserve("shoe.43", "carol", 4),
        reserve("slot", "dora", 5),
        Command::Checkout(Checkout { reservation: reservation(2), buyer: None }),
        confirm(3),
        Command::Cancel(Cancel { reservation: reservation(4), buyer: None }),
        refund(3, 1, Some(40), false),
        refund(5, 2, None, true),
        adjust(),
        Command::PauseProduct("shoe.43".parse().expect("well formed")),
    ]
}

/// Its snapshot.
pub(crate) fn chunks(shard: &Shard) -> Vec<Vec<u8>> {
    shard.capture().chunks().collect()
}

fn fingerprint(number: usize, command: &Command) -> Fingerprint {
    let scope = Scope { principal: "anybody".into(), route: "POST /".into(), key: number.to_string() };
    Fingerprint::of(&SECRET, &scope, command)
}

fn reservation(number: u64) -> ReservationId {
    ReservationId::new(SHARD, START.0, number)
}

fn usd(amount: u64) -> Money {
    Money { amount, currency: "usd".parse().expect("well formed") }
}

fn put(product: &str, payment: PaymentMode, opens_at: LogTime) -> Command {
    let description = Description {
        name: "A thing".parse().expect("well formed"),
        price: usd(100),
        stock: 20,
        max_per_buyer: 4,
        max_per_buyer_in_group: Some(6),
        hold: Span::from_secs(600),
        opens_at,
        closes_at: None,
        payment,
        lanes: 1,
    };
    let product = product.parse().expect("well formed");
    Command::PutProduct(Box::new(PutProduct { product, description, if_revision: None }))
}

fn reserve(product: &str, buyer: &str, number: u64) -> Command {
    Command::Reserve(Reserve {
        reservation: reservation(number),
        order: OrderId::new(SHARD, START.0, number),
        product: product.parse().expect("well formed"),
        buyer: buyer.parse().expect("well formed"),
        quantity: 2,
        reference: (number % 2 == 1).then(|| "cart-7".parse().expect("well formed")),
        purchase: false,
    })
}

fn means() -> Means {
    let [account, method, return_url] = ["main", "pm_card_visa", "https://shop.example/cart"];
    Means {
        account: account.parse().expect("well formed"),
        method: method.parse().expect("well formed"),
        return_url: Some(return_url.parse().expect("well formed")),
    }
}

fn purchase(buyer: &str, number: u64) -> Command {
    let Command::Reserve(reserve) = reserve("card", buyer, number) else { panic!("it reserves") };
    Command::Purchase(Box::new(Purchase { reserve, means: means() }))
}

fn pay(number: u64) -> Command {
    let (reservation, order) = (reservation(number), OrderId::new(SHARD, START.0, number));
    Command::Pay(Box::new(Pay { reservation, buyer: None, order, means: means() }))
}

fn report(number: u64, attempt: u8, finding: Finding) -> Command {
    Command::Report(Report { reservation: reservation(number), attempt, noticed: 1, finding })
}

fn notice(number: u64) -> Command {
    let (event, intent) = ("evt-1".parse().expect("well formed"), format!("pi-{number}").parse().ok());
    Command::Notice(Notice { event, reservation: reservation(number), intent, refund: None })
}

fn confirm(number: u64) -> Command {
    Command::Confirm(Confirm {
        reservation: reservation(number),
        buyer: None,
        order: OrderId::new(SHARD, START.0, number),
        payment: "pay-1".parse().expect("well formed"),
        paid: usd(200),
    })
}

fn refund(order: u64, number: u64, amount: Option<u64>, restock: bool) -> Command {
    let id = RefundId::new(SHARD, START.0, number);
    Command::Refund(Refund { id, order: OrderId::new(SHARD, START.0, order), amount, restock })
}

fn adjust() -> Command {
    let id = AdjustmentId::new(SHARD, START.0, 1);
    let (product, reason) = ("shoe.42".parse().expect("well formed"), "a box".parse().expect("well formed"));
    Command::AdjustStock(AdjustStock { id, product, delta: 5, reason })
}
