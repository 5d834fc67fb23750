//! Rebuilding from the state, and what a crash leaves.

#![allow(missing_docs, clippy::unwrap_used)]

mod stage;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::Command;

use engine::view::{OrderStatus, ReservationStatus, ReservationView};
use engine::{Fact, ShardId};
use listings::{Error, Listings, OrderFilter, ReservationFilter};
use stage::*;

fn held(n: u64) -> ReservationView {
    reservation(SHARD, n, ReservationStatus::Held)
}

#[test]
fn a_rebuild_replaces_the_shard_and_no_other() {
    let directory = directory();
    let lists = open(&directory);
    let neighbours = [0, 2].map(ShardId);
    for shard in neighbours {
        lists.take(shard, &made(shard, 1, 10)).unwrap();
    }
    lists.take(SHARD, &made(SHARD, 1, 500)).unwrap();
    let orders = (1..=3).map(|n| order(SHARD, n, OrderStatus::Confirmed));
    lists.rebuild(SHARD, 77, (1_000..1_100).map(held), orders).unwrap();
    drop(lists);
    let lists = open(&directory);
    assert_eq!(lists.position(SHARD), 77);
    let all = all_reservations(&lists, &ReservationFilter::default(), 9);
    assert_eq!(all.iter().filter(|view| view.id.shard() == SHARD).count(), 100);
    assert_eq!(all.len(), 120);
    assert_eq!(all_orders(&lists, &OrderFilter::default(), 2).len(), 3);
    for status in [ReservationStatus::Held, ReservationStatus::Paid] {
        let filter = ReservationFilter { status: Some(status), ..Default::default() };
        let expected = all.iter().filter(|view| view.status == status).count();
        assert_eq!(all_reservations(&lists, &filter, 9).len(), expected);
    }
    lists.take(SHARD, &made(SHARD, 78, 80)).unwrap();
    assert_eq!(lists.position(SHARD), 80);
}

#[test]
fn a_rebuilt_reservation_that_was_over_is_dropped_in_its_time_too() {
    let directory = directory();
    let lists = open(&directory);
    let over = reservation(SHARD, 1, ReservationStatus::Expired);
    let end = over.expires_at.0;
    lists.rebuild(SHARD, 5, [over].into_iter(), [].into_iter()).unwrap();
    let fact = || Fact::Order(Box::new(order(SHARD, 9, OrderStatus::Confirmed)));
    lists.take(SHARD, &[event(6, end + DAY, fact())]).unwrap();
    assert_eq!(all_reservations(&lists, &ReservationFilter::default(), 9).len(), 1);
    lists.take(SHARD, &[event(7, end + DAY + 1, fact())]).unwrap();
    assert_eq!(all_reservations(&lists, &ReservationFilter::default(), 9).len(), 0);
}

#[test]
fn a_rebuild_that_stopped_in_the_middle_is_not_listed_and_can_be_done_again() {
    let directory = directory();
    let lists = open(&directory);
    lists.take(SHARD, &made(SHARD, 1, 100)).unwrap();
    let stops = (1..).map(|n| if n < 300 { held(n) } else { panic!("planned: the state went away") });
    let stopped = catch_unwind(AssertUnwindSafe(|| lists.rebuild(SHARD, 9, stops, [].into_iter())));
    assert!(stopped.is_err());
    assert_half_built(&lists);
    drop(lists);
    let lists = open(&directory);
    assert_half_built(&lists);
    lists.rebuild(SHARD, 9, (1..=20).map(held), [].into_iter()).unwrap();
    assert_eq!(all_reservations(&lists, &ReservationFilter::default(), 7).len(), 20);
}

fn assert_half_built(lists: &Listings) {
    assert_eq!(lists.position(SHARD), 0);
    let listed = lists.reservations(&ReservationFilter::default(), None, 10).unwrap_err();
    let taken = lists.take(SHARD, &made(SHARD, 1, 1)).unwrap_err();
    for error in [listed, taken] {
        assert!(matches!(error, Error::HalfBuilt { shard: SHARD }), "{error}");
        assert!(error.needs_rebuild());
    }
}

#[test]
fn a_process_that_dies_in_a_rebuild_leaves_the_mark() {
    let directory = directory();
    die(&directory.path().join("lists"), "rebuild");
    assert_half_built(&open(&directory));
}

#[test]
fn a_process_that_dies_while_it_takes_in_leaves_rows_and_position_that_agree() {
    let directory = directory();
    for _ in 0..3 {
        die(&directory.path().join("lists"), "take");
        let lists = open(&directory);
        let rows = all_reservations(&lists, &ReservationFilter::default(), 500).len();
        let by_buyer = (0..5).map(|n| ReservationFilter { buyer: Some(buyer(n)), ..Default::default() });
        let by_buyer: usize = by_buyer.map(|filter| all_reservations(&lists, &filter, 500).len()).sum();
        assert_eq!((lists.position(SHARD), by_buyer), (rows as u64, rows));
        assert!(rows >= 1_000, "what was flushed is there: {rows}");
    }
}

/// Runs [`the_one_that_dies`] in a process of its own.
fn die(path: &std::path::Path, how: &str) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "the_one_that_dies", "--ignored", "--nocapture"]);
    let output = child.env("LISTINGS_DIE", how).env("LISTINGS_PATH", path).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("dying as planned"), "{said}");
    assert!(!output.status.success());
}

#[test]
#[ignore = "run by the tests that need a process to die"]
fn the_one_that_dies() {
    let Ok(how) = std::env::var("LISTINGS_DIE") else { return };
    let lists = Listings::open(&PathBuf::from(std::env::var("LISTINGS_PATH").unwrap()), options()).unwrap();
    let flushing = lists.clone();
    let dies = |n| {
        if n % 1_000 == 0 {
            flushing.flush().unwrap();
            if how == "rebuild" {
                eprintln!("dying as planned");
                std::process::abort();
            }
        }
        held(n)
    };
    if how == "rebuild" {
        lists.rebuild(SHARD, 9, (1..).map(dies), [].into_iter()).unwrap();
    }
    let begun = lists.position(SHARD);
    lists.take(SHARD, &made(SHARD, begun + 1, begun + 1_000)).unwrap();
    lists.flush().unwrap();
    lists.take(SHARD, &made(SHARD, begun + 1_001, begun + 3_000)).unwrap();
    eprintln!("dying as planned");
    std::process::abort();
}
