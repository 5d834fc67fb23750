//! What must hold, and the watch that sees to it: as the world goes on, and of the whole history at its end.

mod attempt;
mod course;
mod history;
mod keys;
mod linear;
mod mark;
mod money;
mod order;
mod punctual;
mod taken;
mod units;
mod watch;

pub(crate) use history::History;
pub(crate) use money::{charged_twice, is_settled};
pub(crate) use watch::Watch;
