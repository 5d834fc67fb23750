//! The projection: takes the facts of all shards into the node's listings, and builds them anew where it fell behind.

use std::collections::BTreeMap;
use std::sync::Weak;
use std::time::Duration;

use engine::{Event, ShardId};
use listings::Listings;
use raft::node::{Facts, Node};
use tokio::runtime::Handle;
use tokio::time::Instant;
use tracing::{info, warn};

/// How often it is looked whether any were missed.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// After lists could not be built anew, how long until that is tried again: a disk that is full stays so for a while.
const PAUSE: Duration = Duration::from_secs(5);

/// Takes facts in until the node has ended. It blocks on the database, so it wants a thread of its own.
pub(super) fn run(node: &Weak<Node>, listings: &Listings, mut facts: Facts, runtime: &Handle) {
    let mut projection = Projection { listings, runtime, behind: BTreeMap::new(), failed: BTreeMap::new() };
    let mut look_at = Instant::now() + LOOK_EVERY;
    loop {
        let next = runtime.block_on(async { tokio::time::timeout_at(look_at, facts.recv()).await });
        let Some(node) = node.upgrade() else { return };
        match next {
            Ok(Some((shard, events))) => projection.take(&node, shard, &events),
            Ok(None) => return,
            Err(_time_to_look) => {
                projection.look(&node);
                look_at = Instant::now() + LOOK_EVERY;
            }
        }
    }
}

struct Projection<'a> {
    listings: &'a Listings,
    runtime: &'a Handle,
    /// Where shards stood at the last look that were behind then.
    behind: BTreeMap<ShardId, u64>,
    /// When building a shard's lists failed last, if it was not done since.
    failed: BTreeMap<ShardId, Instant>,
}

impl Projection<'_> {
    /// Builds anew what has been behind its shard, and got nowhere, since the last look: it missed facts that nobody will
    /// tell again. A difference alone may be a fact that is just under way.
    fn look(&mut self, node: &Node) {
        for (shard, stats) in node.shard_stats() {
            let position = self.listings.position(shard);
            if stats.event_sequence() == position {
                self.behind.remove(&shard);
            } else if self.behind.insert(shard, position) == Some(position) {
                self.rebuild(node, shard);
                self.behind.remove(&shard);
            }
        }
    }

    fn take(&mut self, node: &Node, shard: ShardId, events: &[Event]) {
        match self.listings.take(shard, events) {
            Ok(()) => {}
            Err(error) if error.needs_rebuild() => self.rebuild(node, shard),
            Err(error) => warn!(%shard, %error, "the lists miss facts until they can be written again"),
        }
    }

    fn rebuild(&mut self, node: &Node, shard: ShardId) {
        if self.failed.get(&shard).is_some_and(|failed| failed.elapsed() < PAUSE) {
            return;
        }
        let Some(capture) = self.runtime.block_on(node.capture(shard)) else { return };
        let sequence = capture.event_sequence();
        info!(%shard, sequence, "builds the shard's lists anew from its state");
        match self.listings.rebuild(shard, sequence, capture.reservations(), capture.orders()) {
            Ok(()) => {
                self.failed.remove(&shard);
            }
            Err(error) => {
                warn!(%shard, %error, "the shard's lists could not be built");
                self.failed.insert(shard, Instant::now());
            }
        }
    }
}
