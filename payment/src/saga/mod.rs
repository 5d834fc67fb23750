//! The saga's actor: carries out, on the node that leads a shard, what the shard's state says is to be done.
//!
//! [`Core`] decides: a plain function of tasks, verdicts and the time, which tests drive without a runtime. [`Saga`] is
//! its shell: it makes the calls and hands reports to the [`Journal`].

mod actor;
mod alarm;
mod backoff;
mod core;
mod course;
mod entries;
mod entry;
mod inbox;
mod intent;
mod job;
mod journal;
mod judge;
mod plan;
mod refund;
mod rhythm;
mod ruling;
#[cfg(test)]
mod stories;
mod word;
mod work;

pub use self::core::{Action, Core, Ticket};
pub use actor::{Clock, Saga};
pub use alarm::{Alarm, Trouble};
pub use journal::{Applied, Journal, Unrecorded};
pub use rhythm::Rhythm;
