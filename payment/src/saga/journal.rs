//! What the saga needs of the house: a log that takes its reports.

use std::future::Future;

use engine::ShardId;
use engine::vocabulary::saga::Report;

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The state was as the report supposes, and took it in.
    Taken,
    /// The state had moved on: the report says nothing any more.
    Stale,
}

/// A report is not known to be in the log: it is made again, for as long as its task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unrecorded {
    /// This node does not lead the shard, or takes nothing more just now: the report is not in the log.
    #[error("this node cannot propose the report now")]
    NotProposed,
    /// The report may be in the log.
    #[error("nobody can tell whether the report is in the log")]
    Unknown,
}

/// The log, as far as the saga writes into it.
pub trait Journal: Send + Sync + 'static {
    /// Compares a report with the state of its shard and, if it fits, makes it part of the log. Returns when it is
    /// applied here; what is to be done then comes as changed tasks.
    fn report(
        &self,
        shard: ShardId,
        report: Report,
    ) -> impl Future<Output = Result<Applied, Unrecorded>> + Send;
}
