//! What does it cost to take in a sale, and to read a page from what it left?
//!
//! Takes in the events of many reservations, a thousand a time: each is made, a third of them becomes an order, a third
//! expires, a third is cancelled. Prints microseconds an event, of a page for each filter, and what is in memory and
//! on disk. `cargo bench -p flashsale-listings -- 200000` says how many reservations.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::path::Path;
use std::time::Instant;

use engine::view::{Capture, OrderStatus, OrderView, ReservationStatus, ReservationView};
use engine::{BuyerId, Event, Fact, LogTime, Money, OrderId, ProductId, ReservationId, ShardId};
use listings::{Listings, Options, OrderFilter, ReservationFilter};

const SHARD: ShardId = ShardId(1);
const START: u64 = 1_763_856_000_000;

fn main() {
    let count = std::env::args().filter_map(|arg| arg.parse().ok()).next().unwrap_or(100_000);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("listings");
    let lists = Listings::open(&path, Options::default()).unwrap();
    let events = sale(count);
    println!("{} events; memory before: {} MiB", events.len(), resident_mib());
    let (begun, begun_cpu) = (Instant::now(), cpu_nanos());
    let mut slowest = 0;
    for events in events.chunks(1_000) {
        let begun = Instant::now();
        lists.take(SHARD, events).unwrap();
        slowest = slowest.max(begun.elapsed().as_millis());
    }
    let wall = begun.elapsed().as_micros() as f64 / events.len() as f64;
    let cpu = (cpu_nanos() - begun_cpu) as f64 / 1_000.0 / events.len() as f64;
    println!("take: {wall:.1} us an event, {cpu:.1} us of them CPU; slowest thousand {slowest} ms");
    lists.flush().unwrap();
    println!("memory: {} MiB, disk: {} MiB", resident_mib(), size_of(&path) >> 20);
    pages(&lists);
    rebuild(&lists, &events);
    println!("after the rebuild: memory: {} MiB, disk: {} MiB", resident_mib(), size_of(&path) >> 20);
}

fn pages(lists: &Listings) {
    let product = Some(product(3));
    let buyer = Some(buyer(77));
    let status = Some(ReservationStatus::Paid);
    let filters = [
        ("all", ReservationFilter::default()),
        ("product", ReservationFilter { product: product.clone(), ..Default::default() }),
        ("product and status", ReservationFilter { product: product.clone(), status, ..Default::default() }),
        ("buyer", ReservationFilter { buyer: buyer.clone(), ..Default::default() }),
        ("buyer and product", ReservationFilter { buyer, product, ..Default::default() }),
    ];
    for (name, filter) in filters {
        let begun = Instant::now();
        (0..100).for_each(|_| drop(lists.reservations(&filter, None, 100).unwrap()));
        let items = lists.reservations(&filter, None, 100).unwrap().items.len();
        println!("page by {name}: {items} items, {} us", begun.elapsed().as_micros() / 100);
    }
    let begun = Instant::now();
    (0..100).for_each(|_| drop(lists.orders(&OrderFilter::default(), None, 100).unwrap()));
    println!("page of orders: {} us", begun.elapsed().as_micros() / 100);
}

fn rebuild(lists: &Listings, events: &[Event]) {
    let reservations = events.iter().rev().filter_map(|event| match &event.fact {
        Fact::Reservation(view) if !view.status.is_live() => Some((**view).clone()),
        _ => None,
    });
    let orders = events.iter().filter_map(|event| match &event.fact {
        Fact::Order(view) => Some((**view).clone()),
        _ => None,
    });
    let begun = Instant::now();
    lists.rebuild(SHARD, events.len() as u64, reservations, orders).unwrap();
    println!("rebuild over it: {} ms", begun.elapsed().as_millis());
}

/// Reservations end 500 reservations after they were made.
fn sale(count: u64) -> Vec<Event> {
    let mut events = Vec::new();
    let mut push = |n: u64, fact| {
        let sequence = events.len() as u64 + 1;
        events.push(Event { sequence, at: LogTime(START + n), fact });
    };
    for n in 0..count + 500 {
        if n < count {
            push(n, Fact::Reservation(Box::new(reservation(n, ReservationStatus::Held))));
        }
        let Some(ended) = n.checked_sub(500) else { continue };
        let status = [ReservationStatus::Paid, ReservationStatus::Expired, ReservationStatus::Cancelled];
        let status = status[(ended % 3) as usize];
        push(n, Fact::Reservation(Box::new(reservation(ended, status))));
        if status == ReservationStatus::Paid {
            push(n, Fact::Order(Box::new(order(ended))));
        }
    }
    events
}

fn reservation(n: u64, status: ReservationStatus) -> ReservationView {
    ReservationView {
        id: ReservationId::new(SHARD, START + n, scatter(n)),
        product: product(n % 10),
        buyer: buyer(n % 50_000),
        quantity: 1,
        price: price(),
        reference: None,
        status,
        created_at: LogTime(START + n),
        expires_at: LogTime(START + n + 600_000),
        order: None,
        pay_by: None,
        payment: None,
    }
}

fn order(n: u64) -> OrderView {
    OrderView {
        id: OrderId::new(SHARD, START + n, scatter(n)),
        reservation: ReservationId::new(SHARD, START + n, scatter(n)),
        product: product(n % 10),
        buyer: buyer(n % 50_000),
        quantity: 1,
        price: price(),
        reference: None,
        payment: None,
        status: OrderStatus::Confirmed,
        capture: Capture::External,
        refunded: 0,
        created_at: LogTime(START + n + 500),
    }
}

fn product(n: u64) -> ProductId {
    ProductId::new(&format!("sneaker.{n}")).unwrap()
}

fn buyer(n: u64) -> BuyerId {
    BuyerId::new(&format!("buyer-{n:08}")).unwrap()
}

fn price() -> Money {
    Money { amount: 99_900, currency: "usd".parse().unwrap() }
}

fn scatter(n: u64) -> u64 {
    n.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// CPU time of this thread, as Linux tells it.
fn cpu_nanos() -> u64 {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    schedule.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0)
}

fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = status.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * 4 / 1_024
}

fn size_of(path: &Path) -> u64 {
    let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| match entry.metadata().unwrap() {
            metadata if metadata.is_dir() => size_of(&entry.path()),
            metadata => metadata.len(),
        })
        .sum()
}
