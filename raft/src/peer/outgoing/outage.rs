//! What the log says of a node that cannot be reached: once that it cannot, and once that it can again.

use std::time::Duration;

use tokio::time::Instant;

use crate::peer::log_limit::LogLimit;
use crate::types::NodeId;

/// How often another reason may be told while a node is away. Reasons that take turns would otherwise flood the log.
const REASONS_EVERY: Duration = Duration::from_secs(60);

/// Whether a node can be reached, as the log was told.
#[derive(Debug)]
pub(super) struct Outage {
    node: NodeId,
    now: Option<Away>,
    reasons: LogLimit,
}

/// A node is away.
#[derive(Debug)]
struct Away {
    since: Instant,
    why: String,
}

impl Outage {
    /// Nothing is known yet.
    pub(super) fn new(node: NodeId) -> Self {
        Self { node, now: None, reasons: LogLimit::new(REASONS_EVERY) }
    }

    /// A connection was lost, or could not be made. Whether it was told.
    pub(super) fn goes_on(&mut self, why: &str) -> bool {
        let node = self.node;
        match &mut self.now {
            None => {
                self.reasons.reset();
                self.reasons.pass();
                tracing::warn!(node, "unreachable since now, and tried again until it answers: {why}");
                self.now = Some(Away { since: Instant::now(), why: why.to_owned() });
            }
            Some(away) if away.why != why => {
                let Some(held_back) = self.reasons.pass() else { return false };
                let seconds = away.since.elapsed().as_secs();
                tracing::warn!(node, seconds, held_back, "still unreachable, for another reason: {why}");
                why.clone_into(&mut away.why);
            }
            Some(_) => return false,
        }
        true
    }

    /// There is a connection.
    pub(super) fn ends(&mut self, address: &str) {
        let node = self.node;
        match self.now.take() {
            Some(away) => {
                tracing::info!(node, address, "back after {:.1} s", away.since.elapsed().as_secs_f64());
            }
            None => tracing::info!(node, address, "connected"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_told_once_however_often_it_is_met() {
        let mut outage = Outage::new(2);
        assert!(outage.goes_on("it closed the connection"));
        assert!(!outage.goes_on("it closed the connection"));
        outage.ends("127.0.0.1:9081");
        assert!(outage.goes_on("it closed the connection"));
    }

    #[test]
    fn reasons_that_take_turns_are_not_told_each_time() {
        let mut outage = Outage::new(2);
        let told = ["refused", "slow", "refused", "slow"].map(|why| outage.goes_on(why));
        assert_eq!(told, [true, false, false, false]);
    }
}
