//! A shard on one node: the actor that owns its state, admits attempts while it leads, and applies what is committed.
//!
//! All decisions are in [`core`], which is plain synchronous code without threads, clocks or IO; [`actor`] is its shell,
//! and [`machine`] is openraft's state machine, which hands committed entries to the actor.

pub mod actor;
pub mod clock;
pub mod core;
pub mod estimate;
pub mod gate;
pub mod hashes;
mod hearsay;
pub mod inbox;
pub mod machine;
pub mod message;
pub mod reply;
pub mod request;
pub mod stats;

mod admission;
mod confirm;
mod credit;
mod flights;
mod lead;
mod parked;
mod proposer;
pub mod settled;
mod twins;
