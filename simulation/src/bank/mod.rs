//! The payment provider: its simulator, in this thread and under the world's time, and the ways to it.

#[expect(clippy::module_inception, reason = "a bank is what this is")]
mod bank;
mod config;
mod counter;
mod line;
mod mishaps;

pub(crate) use bank::Bank;
pub(crate) use counter::Weather;
pub(crate) use mishaps::mishaps;
