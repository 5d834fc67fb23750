//! The few things that there are, by number, and how they are called in a story.

use engine::{AdjustmentId, BuyerId, LogTime, Money, OrderId, ProductId, RefundId, ReservationId, ShardId};

pub(crate) const SHARD: ShardId = ShardId(0);
/// When a story begins.
pub(crate) const START: LogTime = LogTime(1_795_737_600_000);

/// What is sold: three of one group, of which the provider is paid for one, something free, something that the provider
/// is paid for, and what is never put on sale but by chance.
const PRODUCTS: [&str; 6] = ["shoe.42", "shoe.43", "shoe.44", "slot", "card", "shoe.45"];
const BUYERS: [&str; 4] = ["alice", "bob", "carol", "dora"];

/// The lowest number of what comes about by a move. What was there before has lower ones.
pub(crate) const FIRST: u64 = 100;

/// What is on sale from the beginning.
pub(crate) const ON_SALE: [u8; 5] = [0, 1, 2, 3, 4];
/// What is on sale beside it where the group is wide: so many that a buyer's limits are counted otherwise.
pub(crate) const WIDE: std::ops::Range<u8> = 6..18;

pub(crate) fn product(number: u8) -> ProductId {
    match PRODUCTS.get(usize::from(number)) {
        Some(name) => text(name),
        None => text(&format!("shoe.{}", 40 + number)),
    }
}

pub(crate) fn buyer(number: u8) -> BuyerId {
    text(BUYERS[usize::from(number) % BUYERS.len()])
}

pub(crate) fn another(buyer: &BuyerId) -> BuyerId {
    let others = BUYERS.map(text::<BuyerId>).into_iter().filter(|other| other != buyer);
    others.last().expect("there are several")
}

pub(crate) fn usd(amount: u64) -> Money {
    Money { amount, currency: text("usd") }
}

pub(crate) fn reservation(number: u64) -> ReservationId {
    ReservationId::new(SHARD, 0, number)
}

pub(crate) fn order(number: u64) -> OrderId {
    OrderId::new(SHARD, 0, number)
}

pub(crate) fn refund(number: u64) -> RefundId {
    RefundId::new(SHARD, 0, number)
}

pub(crate) fn adjustment(number: u64) -> AdjustmentId {
    AdjustmentId::new(SHARD, 0, number)
}

/// The number in an id's random bits.
pub(crate) fn number(random: u64) -> u64 {
    random & 0x3fff_ffff_ffff_ffff
}

/// A text of some kind that is known to be well formed.
pub(crate) fn text<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().expect("it is well formed")
}
