//! What is for sale.

use std::cell::Cell;

use engine::command::PutProduct;
use engine::{Description, LogTime, Money, PaymentMode, ProductId, ShardId, Span};

use crate::chance::Chance;

/// A product.
#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) id: ProductId,
    pub(crate) shard: ShardId,
    pub(crate) put: PutProduct,
}

impl Product {
    /// Whether it is paid at the bank.
    pub(crate) fn is_paid_there(&self) -> bool {
        self.put.description.payment == PaymentMode::Provider
    }
}

/// All products.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) products: Vec<Product>,
    /// Whether they were put.
    pub(crate) stocked: Cell<bool>,
}

/// How long holds are, in seconds.
const HOLD_SECONDS: (u64, u64) = (2, 12);

impl Shelf {
    /// A few products, some scarce and some not, over all shards; most are paid at the bank, if there is one.
    pub(crate) fn of(chance: &Chance, shards: u16, has_bank: bool) -> Shelf {
        let count = chance.within(2..=5);
        let products = (0..count).map(|number| product(number, chance, shards, has_bank)).collect();
        Shelf { products, stocked: Cell::new(false) }
    }
}

fn product(number: u64, chance: &Chance, shards: u16, has_bank: bool) -> Product {
    let id: ProductId = format!("thing{number}.a").parse().expect("a product's id");
    let stock = if chance.percent(60) { chance.within(1..=12) } else { chance.within(50..=400) };
    let description = Description {
        name: "A thing".parse().expect("a name"),
        price: price(),
        stock,
        max_per_buyer: u32::try_from(chance.within(2..=6)).expect("a small number"),
        max_per_buyer_in_group: None,
        hold: Span::from_secs(chance.within(HOLD_SECONDS.0..=HOLD_SECONDS.1)),
        opens_at: LogTime(0),
        closes_at: None,
        payment: mode(chance, has_bank),
        lanes: 1,
    };
    let shard = ShardId::of_product(&id, shards);
    let put = PutProduct { product: id.clone(), description, if_revision: None };
    Product { id, shard, put }
}

fn mode(chance: &Chance, has_bank: bool) -> PaymentMode {
    if has_bank && chance.percent(70) {
        PaymentMode::Provider
    } else if chance.percent(70) {
        PaymentMode::External
    } else {
        PaymentMode::None
    }
}

/// What a unit costs.
pub(crate) fn price() -> Money {
    Money { amount: 100, currency: "usd".parse().expect("a currency") }
}
