//! A node: its storage, its peers, and a replica of every shard.

mod actors;
mod agreement;
mod comparing;
mod config;
mod error;
mod ground;
mod handler;
mod leadership;
mod recounts;
mod replica;
mod report;
mod room;
mod start;
mod vital;

pub use crate::facts::Facts;
pub use config::{Config, Timing};
pub use error::Error;
pub use ground::Ground;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use recounts::PageRequest;
#[cfg(test)]
pub(crate) use recounts::Rest;
pub use report::{Audited, Report};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use report::{ReportRequest, Reported};
pub use start::Node;
