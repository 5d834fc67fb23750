//! Order, filters and pages.

#![allow(missing_docs, clippy::unwrap_used)]

mod stage;

use engine::view::{OrderStatus, ReservationStatus, ReservationView};
use engine::{Fact, ReservationId, ShardId};
use listings::{LIMIT_MAX, OrderFilter, ReservationFilter};
use stage::*;

fn numbers(views: &[ReservationView]) -> Vec<u64> {
    views.iter().map(|view| view.created_at.0 - START).collect()
}

#[test]
fn lists_are_newest_first_across_shards_and_by_id_within_a_millisecond() {
    let directory = directory();
    let lists = open(&directory);
    for shard in [0, 1, 4_095].map(ShardId) {
        lists.take(shard, &made(shard, 1, 50)).unwrap();
    }
    let all = all_reservations(&lists, &ReservationFilter::default(), 7);
    assert_eq!(all.len(), 150);
    assert!(all.is_sorted_by_key(|view| std::cmp::Reverse((view.created_at, view.id))));
}

#[test]
fn each_filter_gives_what_matches_and_nothing_else() {
    let directory = directory();
    let lists = open(&directory);
    lists.take(SHARD, &made(SHARD, 1, 60)).unwrap();
    let cancelled = reservation(SHARD, 30, ReservationStatus::Cancelled);
    lists.take(SHARD, &[event(61, START + 61, Fact::Reservation(Box::new(cancelled)))]).unwrap();
    let list = |product: Option<u64>, buyer_number: Option<u64>, status| {
        let buyer = buyer_number.map(buyer);
        let filter = ReservationFilter { product: product.map(stage::product), buyer, status };
        numbers(&all_reservations(&lists, &filter, 4))
    };
    let expected = |wanted: &dyn Fn(u64) -> bool| (1..=60).rev().filter(|&n| wanted(n)).collect::<Vec<_>>();
    let (held, cancelled) = (Some(ReservationStatus::Held), Some(ReservationStatus::Cancelled));
    assert_eq!(list(None, None, None), expected(&|_| true));
    assert_eq!(list(Some(1), None, None), expected(&|n| n % 3 == 1));
    assert_eq!(list(None, Some(2), None), expected(&|n| n % 5 == 2));
    assert_eq!(list(Some(0), Some(0), None), [60, 45, 30, 15]);
    assert_eq!(list(None, None, cancelled), [30]);
    assert_eq!(list(None, None, held), expected(&|n| n != 30));
    assert_eq!(list(Some(0), None, held), expected(&|n| n % 3 == 0 && n != 30));
    assert_eq!(list(None, Some(0), cancelled), [30]);
    assert_eq!(list(Some(0), Some(0), held), [60, 45, 15]);
    assert_eq!(list(Some(1), Some(0), cancelled), []);
    assert_eq!(list(Some(7), None, None), []);
}

#[test]
fn a_name_that_another_begins_with_is_another() {
    let directory = directory();
    let lists = open(&directory);
    let mut views = [1, 2].map(|n| reservation(SHARD, n, ReservationStatus::Held));
    views[0].product = "shoe".parse().unwrap();
    views[1].product = "shoe.4".parse().unwrap();
    let events = views.clone().map(|view| {
        let n = view.created_at.0 - START;
        event(n, START + n, Fact::Reservation(Box::new(view)))
    });
    lists.take(SHARD, &events).unwrap();
    for view in views {
        let filter = ReservationFilter { product: Some(view.product.clone()), ..Default::default() };
        assert_eq!(all_reservations(&lists, &filter, 10), [view]);
    }
}

#[test]
fn orders_are_listed_and_follow_their_status() {
    let directory = directory();
    let lists = open(&directory);
    let orders = (1..=9).map(|n| order(SHARD, n, OrderStatus::Confirmed));
    let mut events: Vec<_> =
        orders.zip(1..).map(|(view, n)| event(n, START + n, Fact::Order(Box::new(view)))).collect();
    let refunded = order(SHARD, 4, OrderStatus::Refunded);
    events.push(event(10, START + 10, Fact::Order(Box::new(refunded.clone()))));
    lists.take(SHARD, &events).unwrap();
    let by = |status| all_orders(&lists, &OrderFilter { status, ..Default::default() }, 2);
    assert_eq!(by(None).len(), 9);
    assert_eq!(by(Some(OrderStatus::Refunded)), [refunded]);
    assert_eq!(by(Some(OrderStatus::Confirmed)).len(), 8);
}

#[test]
fn pages_neither_repeat_nor_miss_while_rows_come_and_change() {
    let directory = directory();
    let lists = open(&directory);
    lists.take(SHARD, &made(SHARD, 1, 40)).unwrap();
    let (mut seen, mut sequence) = (Vec::<ReservationView>::new(), 40);
    loop {
        let after = seen.last().map(|view| view.id);
        let page = lists.reservations(&ReservationFilter::default(), after, 6).unwrap();
        seen.extend(page.items);
        if !page.has_more {
            break;
        }
        // Between two pages one comes that is newer, and one that was shown and one that was not yet change status.
        let paid = [seen[0].created_at.0 - START, 1].map(|n| reservation(SHARD, n, ReservationStatus::Paid));
        let newer = reservation(SHARD, sequence + 1_000, ReservationStatus::Held);
        for view in paid.into_iter().chain([newer]) {
            sequence += 1;
            let fact = Fact::Reservation(Box::new(view));
            lists.take(SHARD, &[event(sequence, START + sequence, fact)]).unwrap();
        }
    }
    assert_eq!(numbers(&seen), (1..=40).rev().collect::<Vec<_>>());
}

#[test]
fn a_page_goes_on_where_a_row_stood_that_is_gone() {
    let directory = directory();
    let lists = open(&directory);
    lists.take(SHARD, &made(SHARD, 1, 10)).unwrap();
    let gone = ReservationId::new(SHARD, START + 5, scatter(999));
    let page = lists.reservations(&ReservationFilter::default(), Some(gone), 2).unwrap();
    let newest = numbers(&page.items)[0];
    assert!(newest == 5 || newest == 4, "the rows of the same millisecond stand by their ids: {newest}");
    assert!(page.has_more);
    let first = ReservationId::new(SHARD, 0, 0);
    let page = lists.reservations(&ReservationFilter::default(), Some(first), 2).unwrap();
    assert_eq!((page.items.len(), page.has_more), (0, false));
}

#[test]
fn the_length_of_a_page_is_bounded() {
    let directory = directory();
    let lists = open(&directory);
    lists.take(SHARD, &made(SHARD, 1, LIMIT_MAX as u64 + 1)).unwrap();
    for (asked, given) in [(0, 1), (1, 1), (usize::MAX, LIMIT_MAX)] {
        let page = lists.reservations(&ReservationFilter::default(), None, asked).unwrap();
        assert_eq!((page.items.len(), page.has_more), (given, true));
    }
}

#[test]
fn a_list_of_nothing_is_empty() {
    let directory = directory();
    let lists = open(&directory);
    assert_eq!(lists.position(SHARD), 0);
    assert_eq!(all_reservations(&lists, &ReservationFilter::default(), 5), []);
    assert_eq!(all_orders(&lists, &OrderFilter::default(), 5), []);
}
