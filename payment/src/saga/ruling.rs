//! Rulings: what follows from a verdict.

use std::time::Duration;

use engine::vocabulary::saga::Finding;

/// What follows from a verdict.
#[derive(Debug, PartialEq)]
pub(super) enum Ruling {
    /// This is definite: it is reported, in this order.
    Report(Vec<Finding>),
    /// The plan goes on at once: to look, to read the next page, or to do what the look allows.
    GoOn,
    /// The same after a wait that grows, and no sooner than after this.
    Again(Option<Duration>),
    /// The object is in order, and not at its end: it is looked at now and then.
    Rest,
}
