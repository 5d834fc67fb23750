//! A node: its storage, its peers, and a replica of every shard.

mod config;
mod error;
mod handler;
mod leadership;
mod recounts;
mod replica;
mod report;
mod start;
mod vital;

pub use crate::facts::Facts;
pub use config::{Config, Timing};
pub use error::Error;
#[cfg(test)]
pub(crate) use recounts::{PageRequest, Rest};
pub use report::{Audited, Report};
#[cfg(test)]
pub(crate) use report::{ReportRequest, Reported};
pub use start::Node;
