//! What must hold, and the watch that sees to it: as the world goes on, and of the whole history at its end.

mod course;
mod history;
mod linear;
mod order;
mod punctual;
mod units;
mod watch;

pub(crate) use history::History;
pub(crate) use watch::Watch;
