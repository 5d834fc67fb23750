//! Random commands over so few things that they meet.

use engine::command::{
    ActivateRules, AdjustStock, Cancel, Checkout, Confirm, Notice, Pay, Purchase, PutProduct, Refund,
    Release, Reserve,
};
use engine::saga::{Finding, Means, Report};
use engine::{
    AdjustmentId, BuyerId, Command, Description, LogTime, Money, OrderId, PaymentMode, ProductId, RefundId,
    ReservationId, ShardId, Span, limits,
};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// A moment, and what is sent then.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub(crate) now: LogTime,
    pub(crate) commands: Vec<Sent>,
    /// Whether one of the replicas is loaded from its snapshot before.
    pub(crate) reload: bool,
}

/// A command with its key and its deadline.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) command: Command,
    pub(crate) key: Option<u8>,
    pub(crate) not_after: LogTime,
}

const START: u64 = 1_795_737_600_000;

/// Up to `most` turns. Time mostly goes on by little, now and then by a hold, a day or backwards.
pub(crate) fn turns(most: usize) -> impl Strategy<Value = Vec<Turn>> {
    let step = prop_oneof![
        4 => Just(0_i64),
        4 => 0..2_000_i64,
        2 => select(vec![9_999, 10_000, 10_001, 900_000, 910_000]),
        1 => select(vec![-5_000, 43_200_000, 86_400_000]),
    ];
    let turn = (step, prop::collection::vec(sent(), 0..6), prop::bool::weighted(0.1));
    prop::collection::vec(turn, 1..most).prop_map(|turns| {
        let mut now = START;
        turns
            .into_iter()
            .map(|(step, commands, reload)| {
                now = now.saturating_add_signed(step);
                let commands = commands.into_iter().map(|(command, key, waits)| {
                    let not_after = waits.map_or(LogTime::NEVER, |waits| LogTime(now + waits - 1));
                    Sent { command, key, not_after }
                });
                Turn { now: LogTime(now), commands: commands.collect(), reload }
            })
            .collect()
    })
}

fn sent() -> impl Strategy<Value = (Command, Option<u8>, Option<u64>)> {
    (command(), option::of(0..6_u8), option::weighted(0.1, 0..3_u64))
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        20 => reserve().prop_map(Command::Reserve),
        12 => (reserve(), means()).prop_map(|(reserve, means)| Command::Purchase(Box::new(Purchase { reserve, means }))),
        5 => pay(),
        60 => report(),
        3 => notice(),
        4 => (reservation(), buyer()).prop_map(|(reservation, buyer)| Command::Cancel(Cancel { reservation, buyer })),
        5 => (reservation(), buyer())
            .prop_map(|(reservation, buyer)| Command::Checkout(Checkout { reservation, buyer })),
        4 => (reservation(), buyer()).prop_map(|(reservation, buyer)| Command::Release(Release { reservation, buyer })),
        8 => confirm(),
        5 => refund(),
        3 => adjust(),
        5 => put(),
        1 => product().prop_map(Command::PauseProduct),
        2 => product().prop_map(Command::ResumeProduct),
        1 => Just(Command::ArchiveProduct(id("shoe.44"))),
        1 => (0..3_u16).prop_map(|version| Command::ActivateRules(ActivateRules { version })),
    ]
}

fn reserve() -> impl Strategy<Value = Reserve> {
    let quantity = prop_oneof![9 => 1..4_u32, 1 => select(vec![0, limits::QUANTITY_MAX, u32::MAX])];
    let reference = option::weighted(0.2, Just("cart-7".parse().expect("well formed")));
    let id = prop_oneof![0..12_u64, 0..60_u64];
    (id, 0..60_u64, product(), 0..4_usize, quantity, reference, prop::bool::weighted(0.1)).prop_map(
        |(reservation, order, product, buyer, quantity, reference, purchase)| Reserve {
            reservation: ReservationId::new(ShardId(0), 0, reservation),
            order: OrderId::new(ShardId(0), 0, order),
            product,
            buyer: buyers()[buyer].clone(),
            quantity,
            reference,
            purchase,
        },
    )
}

fn means() -> impl Strategy<Value = Means> {
    select(vec!["visa", "mastercard"]).prop_map(|method| Means {
        account: "main".parse().expect("well formed"),
        method: method.parse().expect("well formed"),
        return_url: None,
    })
}

fn pay() -> impl Strategy<Value = Command> {
    (reservation(), buyer(), order(), means()).prop_map(|(reservation, buyer, order, means)| {
        Command::Pay(Box::new(Pay { reservation, buyer, order, means }))
    })
}

/// Most are about the first try, and in the order in which a payment goes; any can come at any time.
fn report() -> impl Strategy<Value = Command> {
    let code = || "no".parse().expect("well formed");
    let made = || "re-1".parse().expect("well formed");
    let refund = (0..20_u64).prop_map(|refund| RefundId::new(ShardId(0), 0, refund));
    let finding = prop_oneof![
        8 => Just(Finding::Begun),
        8 => (0..2_u8).prop_map(|n| Finding::Created(format!("pi-{n}").parse().expect("well formed"))),
        1 => Just(Finding::Rejected(code())),
        2 => Just(Finding::ActionRequired("{}".parse().expect("well formed"))),
        2 => Just(Finding::Processing),
        8 => Just(Finding::Authorized { capture_before: None }),
        2 => Just(Finding::Declined(code())),
        2 => Just(Finding::Cancelled),
        6 => Just(Finding::Captured),
        1 => Just(Finding::CaptureFailed(code())),
        1 => Just(Finding::CompensationMade(made())),
        1 => Just(Finding::Compensated),
        1 => Just(Finding::CompensationFailed(code())),
        2 => refund.prop_flat_map(move |refund| select(vec![
            Finding::RefundMade(refund, made()),
            Finding::RefundSucceeded(refund),
            Finding::RefundFailed(refund, code()),
            Finding::RefundUnchanged(refund),
        ])),
        1 => Just(Finding::Unchanged),
    ];
    let attempt = prop_oneof![1 => Just(0), 12 => Just(1), 4 => Just(2), 1 => Just(3)];
    (few_reservations(), attempt, 0..4_u64, finding).prop_map(|(reservation, attempt, noticed, finding)| {
        Command::Report(Report { reservation, attempt, noticed, finding })
    })
}

fn notice() -> impl Strategy<Value = Command> {
    let intent = option::of((0..2_u8).prop_map(|n| format!("pi-{n}").parse().expect("well formed")));
    let refund = option::weighted(0.3, (0..20_u64).prop_map(|refund| RefundId::new(ShardId(0), 0, refund)));
    (0..4_u8, reservation(), intent, refund).prop_map(|(event, reservation, intent, refund)| {
        let event = format!("evt-{event}").parse().expect("well formed");
        Command::Notice(Notice { event, reservation, intent, refund })
    })
}

fn confirm() -> impl Strategy<Value = Command> {
    let amount =
        prop_oneof![8 => (1..4_u64).prop_map(|units| units * 100), 1 => Just(0), 1 => Just(u64::MAX)];
    let currency = prop_oneof![9 => Just("usd"), 1 => Just("eur")];
    (reservation(), buyer(), order(), 0..3_u8, amount, currency).prop_map(
        |(reservation, buyer, order, payment, amount, currency)| {
            Command::Confirm(Confirm {
                reservation,
                buyer,
                order,
                payment: format!("pay-{payment}").parse().expect("well formed"),
                paid: Money { amount, currency: currency.parse().expect("well formed") },
            })
        },
    )
}

fn refund() -> impl Strategy<Value = Command> {
    let amount = option::of(select(vec![0, 1, 50, 100, 200, u64::MAX]));
    (0..20_u64, order(), amount, any::<bool>()).prop_map(|(refund, order, amount, restock)| {
        let id = RefundId::new(ShardId(0), 0, refund);
        Command::Refund(Refund { id, order, amount, restock })
    })
}

fn adjust() -> impl Strategy<Value = Command> {
    let delta =
        prop_oneof![8 => -4..8_i64, 1 => select(vec![i64::MIN, i64::MAX, 1_000_000_000, -1_000_000_000])];
    (product(), delta).prop_map(|(product, delta)| {
        let id = AdjustmentId::new(ShardId(0), 0, 1);
        let reason = "counted".parse().expect("well formed");
        Command::AdjustStock(AdjustStock { id, product, delta, reason })
    })
}

fn put() -> impl Strategy<Value = Command> {
    let window = (option::weighted(0.2, 0..20_000_u64), option::weighted(0.2, 1..40_000_u64));
    let limits = (0..8_u32, option::weighted(0.5, 0..8_u32));
    let rest = (select(vec![0, 999, 10_000, 86_400_001]), 0..12_u8, option::weighted(0.1, 0..4_u64));
    (product(), window, limits, rest).prop_map(
        |(product, (opens, closes), (limit, group), (hold, odd, if_revision))| {
            let description = Description {
                name: "A thing".parse().expect("well formed"),
                price: Money { amount: 100, currency: "usd".parse().expect("well formed") },
                stock: if odd == 0 { u64::MAX } else { 12 },
                max_per_buyer: limit,
                max_per_buyer_in_group: group,
                hold: Span(if hold == 0 { 10_000 } else { hold }),
                opens_at: LogTime(opens.map_or(0, |opens| START + opens)),
                closes_at: closes.map(|closes| LogTime(START + closes * 20)),
                payment: match &*product {
                    "slot" => PaymentMode::None,
                    "card" if odd != 2 => PaymentMode::Provider,
                    _ => PaymentMode::External,
                },
                lanes: if odd == 1 { 2 } else { 1 },
            };
            Command::PutProduct(Box::new(PutProduct { product, description, if_revision }))
        },
    )
}

fn product() -> impl Strategy<Value = ProductId> {
    select(["shoe.42", "shoe.43", "shoe.44", "slot", "card", "card", "missing"].map(id).to_vec())
}

fn reservation() -> impl Strategy<Value = ReservationId> {
    prop_oneof![0..12_u64, 0..60_u64].prop_map(|number| ReservationId::new(ShardId(0), 0, number))
}

/// So few that a payment comes to its end now and then.
fn few_reservations() -> impl Strategy<Value = ReservationId> {
    (0..12_u64).prop_map(|number| ReservationId::new(ShardId(0), 0, number))
}

fn order() -> impl Strategy<Value = OrderId> {
    (0..60_u64).prop_map(|number| OrderId::new(ShardId(0), 0, number))
}

fn buyer() -> impl Strategy<Value = Option<BuyerId>> {
    option::weighted(0.3, select(buyers()))
}

fn buyers() -> Vec<BuyerId> {
    ["alice", "bob", "carol", "dora"].map(|name| name.parse().expect("well formed")).to_vec()
}

fn id(text: &str) -> ProductId {
    text.parse().expect("well formed")
}
