//! The log that the saga reports to: the node's shards, wherever they are led by now.

use std::sync::Weak;
use std::time::Duration;

use engine::saga::Report;
use engine::{Command, Settled, ShardId, Unsettled};
use payment::saga::{Applied, Journal, Unrecorded};
use raft::node::Node;
use raft::shard::request::Ask;
use tokio::time::Instant;

/// How long a report may take to be recorded. Then it is made again, if its task still stands.
const RECORDED_WITHIN: Duration = Duration::from_secs(5);

/// Reports by way of this node, for as long as there is one.
pub(super) struct NodeJournal(pub(super) Weak<Node>);

impl Journal for NodeJournal {
    async fn report(&self, shard: ShardId, report: Report) -> Result<Applied, Unrecorded> {
        let node = self.0.upgrade().ok_or(Unrecorded::NotProposed)?;
        let deadline = Instant::now() + RECORDED_WITHIN;
        match node.ask(shard, Ask::Command(Command::Report(report), None), deadline).await {
            Ok(Settled::Done { .. }) => Ok(Applied::Taken),
            Ok(Settled::Refused(_)) => Ok(Applied::Stale),
            Err(Unsettled::Overloaded | Unsettled::Unavailable) => Err(Unrecorded::NotProposed),
            Err(Unsettled::OutcomeUnknown) => Err(Unrecorded::Unknown),
        }
    }
}
