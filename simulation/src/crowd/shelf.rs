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
    /// A few products, some scarce and some not, over all shards.
    pub(crate) fn of(chance: &Chance, shards: u16) -> Shelf {
        let count = chance.within(2..=5);
        let products = (0..count).map(|number| product(number, chance, shards)).collect();
        Shelf { products, stocked: Cell::new(false) }
    }
}

fn product(number: u64, chance: &Chance, shards: u16) -> Product {
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
        payment: if chance.percent(70) { PaymentMode::External } else { PaymentMode::None },
        lanes: 1,
    };
    let shard = ShardId::of_product(&id, shards);
    let put = PutProduct { product: id.clone(), description, if_revision: None };
    Product { id, shard, put }
}

/// What a unit costs.
pub(crate) fn price() -> Money {
    Money { amount: 100, currency: "usd".parse().expect("a currency") }
}
