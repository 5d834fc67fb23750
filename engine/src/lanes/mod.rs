//! Lanes across shards: whose is a buyer's, whether a product is sold out on all of them, and how units get to where they
//! are wanted.
//!
//! All of it is pure. A lane's own state and the steps of a transfer are the shard's ([`crate::vocabulary::lane`]); here is
//! what holds several lanes against each other. [`Seeker`] is the driver: it says what to read and propose next, and is
//! told what came of it; who drives it may die at any moment, and another begins anew.

mod collect;
mod home;
mod seeker;

pub use collect::{Verdict, available, conserved, judge};
pub use home::home;
pub use seeker::{Next, Seeker};
