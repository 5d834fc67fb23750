//! Bounds that take many commands to reach: remembered answers per buyer and for operators, products per shard.

use engine::command::{AdjustStock, Cancel, Confirm, Found, PutProduct, Reserve};
use engine::{
    AdjustmentId, Batch, Command, Description, Done, Field, Fingerprint, LogTime, Money, OrderId, Outcome,
    PaymentMode, Proposal, RULES, Refusal, ReservationId, Scope, Shard, ShardId, Span, limits,
};

const START: LogTime = LogTime(1_795_737_600_000);
const SECRET: [u8; 16] = [5; 16];

struct Shop {
    shard: Shard,
    now: LogTime,
}

impl Shop {
    fn new() -> Shop {
        let mut shop = Shop { shard: Shard::new(ShardId(0)), now: START };
        shop.send(None, Command::Found(Found { secret: SECRET }));
        shop.send(None, put("thing"));
        shop
    }

    fn send(&mut self, key: Option<u32>, command: Command) -> Outcome {
        self.apply(vec![proposal(key, command)]).remove(0)
    }

    fn apply(&mut self, proposals: Vec<Proposal>) -> Vec<Outcome> {
        let (mut outcomes, mut events) = (Vec::new(), Vec::new());
        self.shard.apply(&Batch { now: self.now, rules: RULES, proposals }, &mut outcomes, &mut events);
        outcomes
    }
}

fn proposal(key: Option<u32>, command: Command) -> Proposal {
    let key = key.map(|key| {
        let scope = Scope { principal: "anybody".into(), route: "POST /".into(), key: key.to_string() };
        Fingerprint::of(&SECRET, &scope, &command)
    });
    Proposal { command, key, not_after: LogTime::NEVER }
}

fn put(product: &str) -> Command {
    let description = Description {
        name: "A thing".parse().expect("well formed"),
        price: Money { amount: 100, currency: "usd".parse().expect("well formed") },
        stock: 1_000,
        max_per_buyer: 1,
        max_per_buyer_in_group: None,
        hold: Span::from_secs(600),
        opens_at: START,
        closes_at: None,
        payment: PaymentMode::External,
        lanes: 1,
    };
    let product = product.parse().expect("well formed");
    Command::PutProduct(Box::new(PutProduct { product, description, if_revision: None }))
}

fn reserve(buyer: &str, number: u64, quantity: u32) -> Command {
    Command::Reserve(Reserve {
        reservation: ReservationId::new(ShardId(0), 0, number),
        order: OrderId::new(ShardId(0), 0, number),
        product: "thing".parse().expect("well formed"),
        buyer: buyer.parse().expect("well formed"),
        quantity,
        reference: None,
        purchase: false,
    })
}

fn cancel(number: u64) -> Command {
    Command::Cancel(Cancel { reservation: ReservationId::new(ShardId(0), 0, number), buyer: None })
}

fn confirm(number: u64) -> Command {
    Command::Confirm(Confirm {
        reservation: ReservationId::new(ShardId(0), 0, number),
        buyer: None,
        order: OrderId::new(ShardId(0), 0, number),
        payment: "pay-1".parse().expect("well formed"),
        paid: Money { amount: 100, currency: "usd".parse().expect("well formed") },
    })
}

fn adjust(delta: i64) -> Command {
    let (product, reason) = ("thing".parse().expect("well formed"), "why".parse().expect("well formed"));
    Command::AdjustStock(AdjustStock { id: AdjustmentId::new(ShardId(0), 0, 1), product, delta, reason })
}

#[test]
fn a_buyers_answers_are_remembered_up_to_the_bound_and_none_is_forgotten_early() {
    let mut shop = Shop::new();
    for key in 0..limits::KEYS_PER_BUYER / 2 {
        let number = u64::from(key);
        assert!(matches!(shop.send(Some(2 * key), reserve("alice", number, 1)), Outcome::Done(_)));
        assert!(matches!(shop.send(Some(2 * key + 1), cancel(number)), Outcome::Done(_)));
        shop.now.0 += 1;
    }
    let full = Outcome::Refused(Refusal::TooManyKeys);
    assert_eq!(shop.send(Some(9_000), reserve("alice", 9_000, 1)), full);
    assert_eq!(shop.send(Some(9_000), reserve("alice", 9_000, 0)), full, "it comes before an invalid field");
    assert_eq!(shop.send(Some(0), reserve("alice", 9_000, 2)), full, "it comes before a key that is reused");
    let Command::Reserve(another) = reserve("alice", 9_000, 1) else { panic!("it reserves") };
    let considered = |has_key| shop.shard.consider(&another, has_key).map(|room| room.available);
    assert_eq!(
        (considered(true), considered(false)),
        (Err(Refusal::TooManyKeys), Ok(1_000)),
        "as apply does"
    );
    let first = Done::Reserved(ReservationId::new(ShardId(0), 0, 0));
    assert_eq!(shop.send(Some(0), reserve("alice", 9_000, 1)), Outcome::Replayed(first));

    // Without a key, as another buyer and as an operator everything is as before.
    assert!(matches!(shop.send(None, reserve("alice", 9_000, 1)), Outcome::Done(_)));
    // A hold can be ended whatever is remembered, and doing so again comes to the same.
    assert!(matches!(shop.send(Some(9_010), cancel(9_000)), Outcome::Done(_)));
    assert!(matches!(shop.send(Some(9_010), cancel(9_000)), Outcome::Done(_)), "done, and not remembered");
    assert!(matches!(shop.send(Some(9_001), reserve("bob", 9_001, 1)), Outcome::Done(_)));
    assert!(matches!(shop.send(Some(9_002), adjust(1)), Outcome::Done(_)));

    // The oldest two go after a day, and make room for two.
    shop.now = START.after(limits::RETENTION);
    assert!(matches!(shop.send(Some(9_003), reserve("alice", 9_003, 1)), Outcome::Done(_)));
    assert!(matches!(shop.send(Some(9_004), cancel(9_003)), Outcome::Done(_)));
    assert_eq!(shop.send(Some(9_005), reserve("alice", 9_005, 1)), full);

    // What is confirmed is paid for already.
    assert!(matches!(shop.send(None, reserve("alice", 9_006, 1)), Outcome::Done(_)));
    assert!(matches!(shop.send(Some(9_011), confirm(9_006)), Outcome::Done(_)));
    assert!(matches!(shop.send(Some(9_011), confirm(9_006)), Outcome::Done(_)));
    assert_eq!(shop.shard.hash(), shop.shard.recomputed_hash());
}

#[test]
fn operators_have_a_bound_together() {
    let mut shop = Shop::new();
    for key in 0..limits::KEYS_PER_SHARD_OF_OPERATORS {
        let delta = if key % 2 == 0 { 1 } else { -1 };
        assert!(matches!(shop.send(Some(key), adjust(delta)), Outcome::Done(_)));
    }
    assert_eq!(shop.send(Some(1_000_000), adjust(1)), Outcome::Refused(Refusal::TooManyKeys));
    assert!(matches!(shop.send(Some(1_000_000), reserve("alice", 1, 1)), Outcome::Done(_)));
    assert!(matches!(shop.send(Some(7), adjust(-1)), Outcome::Replayed(_)));
}

#[test]
fn a_shard_has_so_many_products_and_no_more() {
    let mut shop = Shop::new();
    for number in 1..limits::PRODUCTS_PER_SHARD {
        assert!(matches!(shop.send(None, put(&format!("p-{number}"))), Outcome::Done(_)));
    }
    assert_eq!(shop.send(None, put("one-more")), Outcome::Refused(Refusal::Invalid(Field::Products)));
    assert!(matches!(shop.send(None, put("p-1")), Outcome::Done(_)));
    assert_eq!(shop.shard.touched().len(), limits::PRODUCTS_PER_SHARD);
}

#[test]
fn no_time_is_too_late_for_deadlines() {
    let mut shop = Shop::new();
    shop.now = LogTime::NEVER;
    assert!(matches!(shop.send(Some(1), reserve("alice", 1, 1)), Outcome::Done(_)));
    let end = shop.shard.next_deadline().expect("the hold ends");
    assert!(end > shop.shard.now() && end < LogTime::NEVER);
    assert!(matches!(shop.send(Some(2), cancel(1)), Outcome::Done(_)));
    assert_eq!(shop.shard.next_deadline(), None);
}

/// From many buyers on is read ahead for the commands of a batch: it must change nothing, whatever they are about.
#[test]
fn a_crowd_is_served_alike_in_one_batch_and_one_by_one() {
    const CROWD: u32 = 20_000;
    let (mut whole, mut single) = (Shop::new(), Shop::new());
    for shop in [&mut whole, &mut single] {
        shop.send(None, adjust(i64::from(CROWD)));
        let come = |number: u32| proposal(Some(number), reserve(&buyer(number), u64::from(number), 1));
        assert!(
            shop.apply((0..CROWD).map(come).collect()).iter().all(|came| matches!(came, Outcome::Done(_)))
        );
    }
    let number = |command: u32| u64::from(command).wrapping_mul(7_919) % u64::from(CROWD);
    let any = |command: u32| match command % 8 {
        0 => proposal(Some(command), cancel(number(command))),
        1 => proposal(None, confirm(number(command))),
        2 => proposal(Some(command / 2), reserve(&buyer(command / 2), u64::from(command / 2), 1)),
        3 => proposal(None, reserve(&buyer(command), u64::from(CROWD + command), 1)),
        4 => proposal(None, reserve(&buyer(CROWD + command), u64::from(CROWD + command), 1)),
        5 => proposal(None, reserve("somebody", number(command), 1)),
        6 => proposal(Some(command), cancel(u64::from(3 * CROWD + command))),
        _ => proposal(Some(CROWD + command), adjust(1)),
    };
    let commands = || (0..CROWD).map(any);
    let came = whole.apply(commands().collect());
    assert_eq!(came, commands().flat_map(|command| single.apply(vec![command])).collect::<Vec<_>>());
    assert_eq!(whole.shard.hash(), single.shard.hash());
    let count = |is: fn(&Outcome) -> bool| came.iter().filter(|came| is(came)).count();
    assert!(count(|came| matches!(came, Outcome::Done(_))) > 5_000);
    assert!(count(|came| matches!(came, Outcome::Replayed(_))) > 1_000);
    assert!(count(|came| matches!(came, Outcome::Refused(_))) > 5_000);
}

fn buyer(number: u32) -> String {
    format!("buyer-{number}")
}
