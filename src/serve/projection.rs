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

/// Takes facts in until the node has ended. It blocks on the database, so it wants a thread of its own.
pub(super) fn run(node: &Weak<Node>, listings: &Listings, mut facts: Facts, runtime: &Handle) {
    let mut behind = BTreeMap::new();
    let mut look_at = Instant::now() + LOOK_EVERY;
    loop {
        let next = runtime.block_on(async { tokio::time::timeout_at(look_at, facts.recv()).await });
        let Some(node) = node.upgrade() else { return };
        match next {
            Ok(Some((shard, events))) => take(&node, listings, shard, &events, runtime),
            Ok(None) => return,
            Err(_time_to_look) => {
                look(&node, listings, &mut behind, runtime);
                look_at = Instant::now() + LOOK_EVERY;
            }
        }
    }
}

/// Builds anew what has been behind its shard, and got nowhere, since the last look: it missed facts that nobody will tell
/// again. A difference alone may be a fact that is just under way.
fn look(node: &Node, listings: &Listings, behind: &mut BTreeMap<ShardId, u64>, runtime: &Handle) {
    for (shard, stats) in node.shard_stats() {
        let position = listings.position(shard);
        if stats.event_sequence() == position {
            behind.remove(&shard);
        } else if behind.insert(shard, position) == Some(position) {
            rebuild(node, listings, shard, runtime);
            behind.remove(&shard);
        }
    }
}

fn take(node: &Node, listings: &Listings, shard: ShardId, events: &[Event], runtime: &Handle) {
    match listings.take(shard, events) {
        Ok(()) => {}
        Err(error) if error.needs_rebuild() => rebuild(node, listings, shard, runtime),
        Err(error) => warn!(%shard, %error, "the lists miss facts until they can be written again"),
    }
}

fn rebuild(node: &Node, listings: &Listings, shard: ShardId, runtime: &Handle) {
    let Some(capture) = runtime.block_on(node.capture(shard)) else { return };
    let sequence = capture.event_sequence();
    info!(%shard, sequence, "builds the shard's lists anew from its state");
    if let Err(error) = listings.rebuild(shard, sequence, capture.reservations(), capture.orders()) {
        warn!(%shard, %error, "the shard's lists could not be built");
    }
}
