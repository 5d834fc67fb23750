//! Runs scripts against a shard.

mod clock;
mod finding;
mod lanes;
mod names;
mod parse;
mod print;
mod runner;
mod step;
mod words;
mod world;

pub(crate) use runner::{difference, run};
pub(crate) use world::World;
