//! Stock on several lanes, checked exhaustively: in a small world every order of every step is tried, with answers that
//! are lost and drivers that die. Units are conserved and never sold twice at any moment, and whoever is told that all
//! is sold out can be shown a moment when it was. From every moment there is a way to an end.

#[path = "lanes/explore.rs"]
mod explore;
#[path = "lanes/world.rs"]
mod world;

use explore::explore;
use world::{Plan, Setting};

fn wants(home: u16, quantity: u32) -> Plan {
    Plan { home, quantity, cancels: false }
}

fn gives_back(home: u16, quantity: u32) -> Plan {
    Plan { home, quantity, cancels: true }
}

/// A unit is given back here just before one is taken there: two looks at all lanes can both see none, and there was
/// never a moment without one.
#[test]
fn units_that_move_behind_the_back_of_who_looks_are_no_sell_out() {
    let buyers = vec![gives_back(1, 1), wants(0, 1), wants(1, 1)];
    let found = explore(&Setting { stock: 2, lanes: 2, buyers, losses: 1, deaths: 0, transfers: 3 });
    found.shows(3, 1);
}

#[test]
fn the_last_unit_is_sold_once_whoever_looks_for_it() {
    let buyers = vec![wants(0, 1), wants(1, 1), wants(0, 1)];
    let found = explore(&Setting { stock: 2, lanes: 2, buyers, losses: 1, deaths: 1, transfers: 3 });
    found.shows(2, 1);
}

#[test]
fn two_lanes_that_want_the_same_units_do_not_lose_them() {
    let buyers = vec![wants(0, 2), wants(1, 2)];
    let found = explore(&Setting { stock: 2, lanes: 2, buyers, losses: 1, deaths: 1, transfers: 3 });
    found.shows(1, 1);
}

#[test]
fn units_are_gathered_from_several_lanes() {
    let buyers = vec![wants(0, 3), gives_back(1, 1), wants(2, 1)];
    let found = explore(&Setting { stock: 3, lanes: 3, buyers, losses: 1, deaths: 0, transfers: 3 });
    found.shows(2, 2);
}

/// With nobody else about, whoever looks comes to an end soon.
#[test]
fn a_look_alone_takes_few_steps() {
    for lanes in [2, 3, 8, 64] {
        for (stock, granted) in [(u64::from(lanes), 1), (u64::from(lanes) - 1, 0)] {
            let buyers = vec![wants(0, u32::from(lanes))];
            let found = explore(&Setting { stock, lanes, buyers, losses: 0, deaths: 0, transfers: 64 });
            assert_eq!((found.ends, found.most_granted), (1, granted), "{found:?}");
            // Each transfer reads all lanes and takes three proposals; the rest are the first look and the last.
            let most = (usize::from(lanes) + 3) * usize::from(lanes) + 3 * usize::from(lanes) + 8;
            assert!(found.moments <= most, "{} moments for {lanes} lanes", found.moments);
        }
    }
}
