//! What the benches share: options, clocks, a shop to apply batches to, and the lines they print.
//!
//! Criterion repeats one closure from one state. Here every measurement changes the state that the next one finds, and
//! what is asked is how that goes on: so each bench is a program of its own, which takes the median of five rounds. All but `footprint`, which counts
//! what is allocated, use the product's allocator.

#![allow(dead_code, unused_imports, reason = "each bench uses a part of it")]

mod clock;
mod options;
mod report;
pub(crate) mod shop;

pub(crate) use clock::Spent;
pub(crate) use options::Options;
pub(crate) use report::Report;
pub(crate) use shop::{Buyers, SHARD, Shop};

/// How often each thing is measured.
pub(crate) const ROUNDS: usize = 5;
/// Commands in a batch, wherever the bench does not ask about another number.
pub(crate) const BATCH: u64 = 1_000;
