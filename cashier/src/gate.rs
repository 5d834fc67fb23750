//! The gate before payments, by what waits for the provider on this node.

use std::time::Duration;

use engine::{AccountName, Span};
use payment::pace::Admission;
use raft::shard::gate::Gate;
use tokio::time::Instant;

/// Lets in what the accounts can serve in time.
pub(crate) struct Queue(pub(crate) Admission);

impl Gate for Queue {
    fn admits(&self, account: &AccountName, within: Span) -> bool {
        let deadline = Instant::now() + Duration::from_millis(within.0);
        self.0.would_be_served_by(account, deadline).is_ok()
    }

    fn forgoes(&self, account: &AccountName) {
        self.0.forgo(account);
    }
}
