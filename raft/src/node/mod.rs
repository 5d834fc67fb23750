//! A node: its storage, its peers, and a replica of every shard.

mod about;
mod actors;
mod agreement;
mod backup;
mod comparing;
mod config;
mod error;
mod found;
mod ground;
mod handler;
mod leadership;
mod recounts;
mod replace;
mod replica;
mod report;
mod room;
mod roster;
mod start;
mod survey;
mod swap;
mod vital;

pub use crate::facts::Facts;
#[cfg(test)]
pub(crate) use about::AboutShard;
pub use about::Census;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use about::{About, AboutRequest};
pub use backup::NoSnapshot;
pub use config::{Config, Timing};
pub use error::Error;
pub use ground::Ground;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use recounts::PageRequest;
#[cfg(test)]
pub(crate) use recounts::Rest;
pub use replace::{Irreplaceable, Progress, Replacement};
pub use report::{Audited, Report};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use report::{ReportRequest, Reported};
pub use start::Node;
#[cfg(test)]
pub(crate) use swap::Past;
pub use swap::Stage;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use swap::SwapRequest;
