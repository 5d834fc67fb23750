//! openraft made flashsale's own: log store, peer transport, shards and the shard actor.
//!
//! - [`disk`], [`log`], [`snapshot`], [`data_dir`]: what a node keeps.
//! - [`peer`]: how nodes talk.
//! - [`shard`]: the actor that owns a shard's state; its decisions are a synchronous core. openraft's state machine
//!   hands it what is committed.
//! - [`route`]: the way of a request to its shard's leader.
//! - [`node`]: all of it put together.
//! - [`members`]: who belongs to a shard's group.
//! - [`facts`]: what happened, for whoever listens on this node.
//! - `fuzzing`: what is done with any bytes, for the fuzzer alone.
//! - `simulation`: what stands in for the machine, for the simulation alone.
//! - [`histogram`]: what durations are counted in, for metrics.

mod blocking;
pub mod board;
pub mod call;
pub mod data_dir;
pub mod desk;
pub mod disk;
pub mod entry;
pub mod facts;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod histogram;
pub mod log;
pub mod members;
mod mirror;
pub mod node;
pub mod peer;
mod process;
pub mod restore;
pub mod route;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod samples;
pub mod shard;
#[cfg(feature = "simulation")]
pub mod simulation;
pub mod snapshot;
mod turnover;
pub mod types;
