//! The world: machines, network, people, and what goes wrong, moved on together a millisecond at a time.

mod calm;
mod nemesis;
mod plan;
#[expect(clippy::module_inception, reason = "a world is what this is")]
mod world;

pub(crate) use world::{Report, World};
