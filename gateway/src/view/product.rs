//! A product in JSON: what a `PUT` takes, its state and its stock.

use engine::view::ProductView;
use engine::{Currency, LogTime, Money, Stock};
use serde::Serialize;

use super::{Shown, Timestamp, Word};

/// A product.
#[derive(Serialize)]
pub(crate) struct ProductJson<'a> {
    id: &'a str,
    name: &'a str,
    price: PriceJson<'a>,
    stock: u64,
    max_per_buyer: u32,
    max_per_buyer_in_group: Option<u32>,
    hold_seconds: u64,
    opens_at: Option<Timestamp>,
    closes_at: Option<Timestamp>,
    payment: &'static str,
    lanes: u16,
    status: &'static str,
    current_stock: StockJson,
    revision: u64,
    created_at: Timestamp,
}

#[derive(Serialize)]
struct PriceJson<'a> {
    amount: u64,
    currency: Shown<'a, Currency>,
}

impl<'a> From<&'a Money> for PriceJson<'a> {
    fn from(money: &'a Money) -> PriceJson<'a> {
        PriceJson { amount: money.amount, currency: Shown(&money.currency) }
    }
}

impl<'a> From<&'a ProductView> for ProductJson<'a> {
    fn from(product: &'a ProductView) -> ProductJson<'a> {
        let description = &product.description;
        ProductJson {
            id: &product.id,
            name: &description.name,
            price: (&description.price).into(),
            stock: description.stock,
            max_per_buyer: description.max_per_buyer,
            max_per_buyer_in_group: description.max_per_buyer_in_group,
            hold_seconds: description.hold.0 / 1_000,
            opens_at: opens_at(description.opens_at),
            closes_at: description.closes_at.map(Timestamp),
            payment: description.payment.word(),
            lanes: description.lanes,
            status: product.status.word(),
            current_stock: product.stock.into(),
            revision: product.revision,
            created_at: Timestamp(product.created_at),
        }
    }
}

/// A product put without `opens_at` opens at the beginning of time. It is shown as it was put, so that putting what was
/// read changes nothing.
fn opens_at(given: LogTime) -> Option<Timestamp> {
    (given != LogTime::default()).then_some(Timestamp(given))
}

/// A product's units.
#[derive(Serialize)]
pub(crate) struct StockJson {
    total: u64,
    available: u64,
    held: u64,
    sold: u64,
    version: u64,
}

impl From<Stock> for StockJson {
    fn from(stock: Stock) -> StockJson {
        StockJson {
            total: stock.total,
            available: stock.available,
            held: stock.held,
            sold: stock.sold,
            version: stock.version,
        }
    }
}
