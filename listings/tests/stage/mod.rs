//! What the tests play with: events of a made-up sale, and lists in a directory of their own.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of the stage")]

use engine::view::{Capture, OrderStatus, OrderView, ReservationStatus, ReservationView};
use engine::{BuyerId, Event, Fact, LogTime, Money, OrderId, ProductId, ReservationId, ShardId};
use listings::{Listings, Options, OrderFilter, ReservationFilter};
use tempfile::TempDir;

pub const SHARD: ShardId = ShardId(1);
/// Two days into the epoch, so that a day before is a moment too.
pub const START: u64 = 2 * DAY;
pub const DAY: u64 = 24 * 3_600 * 1_000;

pub fn directory() -> TempDir {
    tempfile::tempdir().expect("a temporary directory can be made")
}

pub fn open(directory: &TempDir) -> Listings {
    Listings::open(&directory.path().join("lists"), options()).expect("the lists open")
}

pub fn options() -> Options {
    Options { cache_bytes: 8 << 20, ..Options::default() }
}

/// The `n`th reservation of a shard, made `n` ms after the start, of product `n % 3` for buyer `n % 5`.
pub fn reservation(shard: ShardId, n: u64, status: ReservationStatus) -> ReservationView {
    ReservationView {
        id: ReservationId::new(shard, START + n, scatter(n)),
        product: product(n % 3),
        buyer: buyer(n % 5),
        quantity: 1,
        price: Money { amount: 99_900, currency: "usd".parse().expect("a currency") },
        reference: None,
        status,
        created_at: LogTime(START + n),
        expires_at: LogTime(START + n + 600_000),
        order: None,
        pay_by: None,
        payment: None,
    }
}

/// The order of the `n`th reservation.
pub fn order(shard: ShardId, n: u64, status: OrderStatus) -> OrderView {
    let reservation = reservation(shard, n, ReservationStatus::Paid);
    OrderView {
        id: OrderId::new(shard, START + n, scatter(n)),
        reservation: reservation.id,
        product: reservation.product,
        buyer: reservation.buyer,
        quantity: 1,
        price: reservation.price,
        reference: None,
        payment: None,
        status,
        capture: Capture::External,
        refunded: 0,
        created_at: reservation.created_at,
    }
}

pub fn event(sequence: u64, at: u64, fact: Fact) -> Event {
    Event { sequence, at: LogTime(at), fact }
}

/// Events `first`..=`last`, of which the `n`th makes the `n`th reservation.
pub fn made(shard: ShardId, first: u64, last: u64) -> Vec<Event> {
    let held = |n| Fact::Reservation(Box::new(reservation(shard, n, ReservationStatus::Held)));
    (first..=last).map(|n| event(n, START + n, held(n))).collect()
}

pub fn product(n: u64) -> ProductId {
    ProductId::new(&format!("shoe.{n}")).expect("a product's id")
}

pub fn buyer(n: u64) -> BuyerId {
    BuyerId::new(&format!("buyer-{n}")).expect("a buyer's id")
}

/// Spreads numbers, so that ids of one millisecond do not sort as they were made.
pub fn scatter(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb)
}

/// All reservations, read by pages of `limit`.
pub fn all_reservations(lists: &Listings, filter: &ReservationFilter, limit: usize) -> Vec<ReservationView> {
    let mut all: Vec<ReservationView> = Vec::new();
    loop {
        let after = all.last().map(|view| view.id);
        let page = lists.reservations(filter, after, limit).expect("the page is read");
        assert!(page.items.len() == limit || !page.has_more, "a page that is not full is the last");
        all.extend(page.items);
        if !page.has_more {
            return all;
        }
    }
}

/// All orders, likewise.
pub fn all_orders(lists: &Listings, filter: &OrderFilter, limit: usize) -> Vec<OrderView> {
    let mut all: Vec<OrderView> = Vec::new();
    loop {
        let after = all.last().map(|view| view.id);
        let page = lists.orders(filter, after, limit).expect("the page is read");
        assert!(page.items.len() == limit || !page.has_more, "a page that is not full is the last");
        all.extend(page.items);
        if !page.has_more {
            return all;
        }
    }
}
