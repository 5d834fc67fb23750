//! A node: its storage, its peers, and a replica of every shard.

mod config;
mod error;
mod handler;
mod leadership;
mod replica;
mod report;
mod start;
mod vital;

pub use config::{Config, Timing};
pub use error::Error;
pub use report::{Audited, Report};
pub use start::{Facts, Node};
