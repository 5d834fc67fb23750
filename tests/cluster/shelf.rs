//! Products, and the shelf from which the crowd takes the one that is on sale.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use engine::{ProductId, ShardId};
use serde_json::{Value, json};

use super::api::Api;

/// How many shards a test's cluster has: the default.
pub(crate) const SHARDS: u16 = 3;

/// The shard of a product.
pub(crate) fn shard_of(product: &str) -> u16 {
    ShardId::of_product(&ProductId::new(product).expect("a well-formed id"), SHARDS).0
}

/// A product as a test puts it on sale.
#[derive(Clone, Debug)]
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) stock: u64,
    pub(crate) hold_seconds: u64,
    pub(crate) max_per_buyer: u32,
    pub(crate) payment: &'static str,
}

impl Product {
    /// A product whose holds outlast the test.
    pub(crate) fn new(id: impl Into<String>, stock: u64) -> Product {
        Product { id: id.into(), stock, hold_seconds: 3_600, max_per_buyer: 1, payment: "external" }
    }

    /// A product like `name` that lives on `shard`.
    pub(crate) fn on_shard(shard: u16, name: &str, stock: u64) -> Product {
        let ids = (0..).map(|n| format!("{name}-{n}"));
        let id = ids.into_iter().find(|id| shard_of(id) == shard).expect("a hash meets every shard");
        Product::new(id, stock)
    }

    /// The same with holds of `seconds`.
    pub(crate) fn holding(self, seconds: u64) -> Product {
        Product { hold_seconds: seconds, ..self }
    }

    /// The same, paid at the payment provider.
    pub(crate) fn paid_at_the_bank(self) -> Product {
        Product { payment: "provider", ..self }
    }

    /// What a `PUT` takes.
    pub(crate) fn form(&self) -> Value {
        json!({
            "name": self.id, "price": {"amount": PRICE, "currency": "usd"}, "stock": self.stock,
            "hold_seconds": self.hold_seconds, "max_per_buyer": self.max_per_buyer, "payment": self.payment,
        })
    }
}

/// What a unit costs.
pub(crate) const PRICE: u64 = 1_000;

/// The shelf: one product on sale at a time, and another like it when that is gone. Clones are the same shelf.
#[derive(Clone, Debug)]
pub(crate) struct Shelf(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// What the products are like; without restocking there is only this one.
    first: Product,
    restocked: bool,
    api: Api,
    opened: Mutex<Vec<String>>,
    numbers: AtomicU64,
    /// One at a time puts the next product on sale.
    opening: tokio::sync::Mutex<()>,
}

impl Shelf {
    /// A shelf that begins with `first`.
    pub(crate) async fn open(api: Api, first: Product, restocked: bool) -> Shelf {
        api.put(&first).await;
        let opened = Mutex::new(vec![first.id.clone()]);
        let (numbers, opening) = (AtomicU64::new(1), tokio::sync::Mutex::default());
        Shelf(Arc::new(Inner { first, restocked, api, opened, numbers, opening }))
    }

    /// The product on sale.
    pub(crate) fn current(&self) -> String {
        self.0.opened.lock().expect("unbroken").last().expect("one at least").clone()
    }

    /// All that have been on sale.
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.opened.lock().expect("unbroken").clone()
    }

    /// Puts another product on sale, if `gone` is the one that is, and there are to be others.
    pub(crate) async fn restock(&self, gone: &str) {
        if !self.0.restocked {
            return;
        }
        let _one_at_a_time = self.0.opening.lock().await;
        if self.current() != gone {
            return;
        }
        let number = self.0.numbers.fetch_add(1, Relaxed);
        let next = Product { id: format!("{}-{number}", self.0.first.id), ..self.0.first.clone() };
        self.0.api.put(&next).await;
        self.0.opened.lock().expect("unbroken").push(next.id);
    }
}
