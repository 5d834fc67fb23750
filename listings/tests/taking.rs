//! Taking in events: once each, without gaps, and what is dropped on the way.

#![allow(missing_docs, clippy::unwrap_used)]

mod stage;

use engine::view::{OrderStatus, ReservationStatus};
use engine::{Event, Fact, ShardId};
use listings::{Error, Listings, OrderFilter, ReservationFilter};
use stage::*;

fn count(lists: &Listings) -> usize {
    all_reservations(lists, &ReservationFilter::default(), 100).len()
}

/// The `n`th reservation ends at `at`.
fn ended(sequence: u64, at: u64, n: u64) -> Event {
    event(sequence, at, Fact::Reservation(Box::new(reservation(SHARD, n, ReservationStatus::Cancelled))))
}

#[test]
fn what_was_taken_in_is_skipped() {
    let directory = directory();
    let lists = open(&directory);
    lists.take(SHARD, &made(SHARD, 1, 10)).unwrap();
    lists.take(SHARD, &[ended(11, START + 11, 3)]).unwrap();
    lists.take(SHARD, &made(SHARD, 1, 10)).unwrap();
    assert_eq!(lists.position(SHARD), 11);
    let status = Some(ReservationStatus::Cancelled);
    let filter = ReservationFilter { status, ..Default::default() };
    assert_eq!(all_reservations(&lists, &filter, 10).len(), 1);
    let overlapping = made(SHARD, 8, 15);
    lists.take(SHARD, &overlapping).unwrap();
    assert_eq!((lists.position(SHARD), count(&lists)), (15, 14), "event 11 was not a twelfth reservation");
    lists.take(SHARD, &[]).unwrap();
}

#[test]
fn a_gap_takes_nothing_in() {
    let directory = directory();
    let lists = open(&directory);
    lists.take(SHARD, &made(SHARD, 1, 3)).unwrap();
    let before_them = lists.take(SHARD, &made(SHARD, 5, 6)).unwrap_err();
    assert!(matches!(before_them, Error::Gap { shard: SHARD, expected: 4, found: 5 }), "{before_them}");
    assert!(before_them.needs_rebuild());
    let mut holed = made(SHARD, 4, 300);
    holed.remove(200);
    let among_them = lists.take(SHARD, &holed).unwrap_err();
    assert!(matches!(among_them, Error::Gap { expected: 204, found: 205, .. }), "{among_them}");
    assert_eq!((lists.position(SHARD), count(&lists)), (3, 3));
}

#[test]
fn shards_have_positions_of_their_own_and_keep_them() {
    let directory = directory();
    let lists = open(&directory);
    lists.take(ShardId(0), &made(ShardId(0), 1, 5)).unwrap();
    lists.take(ShardId(4_095), &made(ShardId(4_095), 1, 700)).unwrap();
    drop(lists);
    let lists = open(&directory);
    assert_eq!([0, 1, 4_095].map(|shard| lists.position(ShardId(shard))), [5, 0, 700]);
    assert_eq!(count(&lists), 705);
}

#[test]
fn a_reservation_is_dropped_a_day_after_it_was_over_and_an_order_stays() {
    let directory = directory();
    let lists = open(&directory);
    let bought = Fact::Order(Box::new(order(SHARD, 2, OrderStatus::Confirmed)));
    lists.take(SHARD, &made(SHARD, 1, 3)).unwrap();
    let events = [ended(4, START + 100, 1), ended(5, START + 200, 2), event(6, START + 200, bought.clone())];
    lists.take(SHARD, &events).unwrap();
    lists.take(SHARD, &[event(7, START + 100 + DAY, bought.clone())]).unwrap();
    assert_eq!(count(&lists), 3, "a day is not over before it is over");
    lists.take(SHARD, &[event(8, START + 101 + DAY, bought.clone())]).unwrap();
    assert_eq!(count(&lists), 2);
    lists.take(SHARD, &[event(9, START + 10 * DAY, bought)]).unwrap();
    assert_eq!(count(&lists), 1, "one that is held stays, however old");
    assert_eq!(all_orders(&lists, &OrderFilter::default(), 10).len(), 1);
    let filter = ReservationFilter { buyer: Some(buyer(1)), ..Default::default() };
    assert_eq!(all_reservations(&lists, &filter, 10), [], "no index names a dropped row");
}

#[test]
fn few_are_dropped_at_once_and_all_in_time() {
    let directory = directory();
    let lists = open(&directory);
    lists.take(SHARD, &made(SHARD, 1, 100)).unwrap();
    let over: Vec<_> = (1..=100).map(|n| ended(100 + n, START + 200, n)).collect();
    lists.take(SHARD, &over).unwrap();
    let order = Fact::Order(Box::new(order(SHARD, 1, OrderStatus::Confirmed)));
    let mut left = vec![count(&lists)];
    for n in 201.. {
        lists.take(SHARD, &[event(n, START + 2 * DAY, order.clone())]).unwrap();
        left.push(count(&lists));
        if left.last() == Some(&0) {
            break;
        }
    }
    assert!(left.windows(2).all(|pair| (1..=16).contains(&(pair[0] - pair[1]))), "{left:?}");
}

#[test]
fn an_end_counts_from_when_it_first_was() {
    let directory = directory();
    let lists = open(&directory);
    lists.take(SHARD, &made(SHARD, 1, 1)).unwrap();
    lists.take(SHARD, &[ended(2, START + 10, 1)]).unwrap();
    lists.take(SHARD, &[ended(3, START + DAY - 1, 1)]).unwrap();
    let order = Fact::Order(Box::new(order(SHARD, 1, OrderStatus::Confirmed)));
    lists.take(SHARD, &[event(4, START + DAY + 11, order)]).unwrap();
    assert_eq!(count(&lists), 0);
}
