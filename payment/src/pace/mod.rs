//! Pacing: calls go out no faster than the provider takes them, earliest deadline first.
//!
//! The line decides, and knows no clock and no tasks; [`Pacer`] is its shell. Limits are an account's: the
//! calls of all shards that a node leads stand in one line per account.

mod admission;
mod beginners;
mod bucket;
mod endpoints;
mod line;
mod pacer;
mod promises;
#[cfg(test)]
mod tests;

pub use admission::{Admission, RetryAfter};
pub use pacer::{NotPaced, Pacer};
