//! A whole cluster of real processes, what can be done to it, a crowd that buys from it, and the invariants that must
//! hold whatever is done. Shared by all tests over whole clusters.
#![allow(dead_code, unused_imports, reason = "each test binary compiles all of it and uses a part")]

mod api;
mod bank;
mod chance;
mod clocks;
mod crowd;
mod dashboard;
mod deal;
mod door;
mod event;
mod faults;
mod intent;
pub(crate) mod invariants;
mod local;
mod metronome;
mod node;
mod order;
mod pulse;
mod reason;
mod settings;
mod shelf;
mod small_disk;
mod story;
mod strike;
mod till;
mod turn;
mod visit;
mod wait;
mod watcher;
mod wires;

pub(crate) use api::{Api, Placing, ShardState};
pub(crate) use bank::Bank;
pub(crate) use chance::Chance;
pub(crate) use clocks::NodeClock;
pub(crate) use crowd::{Crowd, Manners};
pub(crate) use dashboard::{Dashboard, Said};
pub(crate) use deal::{Deal, Fate, Outcome};
pub(crate) use door::{Answer, Door, Errand, Lost, Sent};
pub(crate) use event::{event, signature};
pub(crate) use intent::Intent;
pub(crate) use local::{Cluster, NODES};
pub(crate) use node::{Exit, binary};
pub(crate) use order::{Order, moment, orders};
pub(crate) use pulse::Pulse;
pub(crate) use settings::{ADMIN, Settings, WEBHOOKS};
pub(crate) use shelf::{PRICE, Product, Shelf, shard_of};
pub(crate) use small_disk::SmallDisk;
pub(crate) use story::Story;
pub(crate) use strike::Strike;
pub(crate) use till::{Card, Customer, Till};
pub(crate) use visit::make as visit;
pub(crate) use wait::{pass, until, until_none, until_some};
pub(crate) use watcher::Watcher;
pub(crate) use wires::Weather;
