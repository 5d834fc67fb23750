//! Faults: scripted by order, step, count and probability, from a seed.
//!
//! A [`Script`] is read from TOML. [`Faults`] holds its rules with their counts; the same seed and the same requests in
//! the same order give the same faults.

mod dice;
mod error;
mod fault;
mod rule;
mod script;

pub use error::ScriptError;
pub use script::Script;

pub(crate) use fault::{Fault, Notice, Twist};
pub(crate) use rule::{Faults, Point, Verb};
