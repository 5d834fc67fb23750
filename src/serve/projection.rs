//! The projection: takes the facts of all shards into the node's listings, and builds them anew where it fell behind.

use std::sync::Weak;
use std::time::Duration;

use engine::{Event, ShardId};
use listings::Listings;
use raft::node::{Facts, Node};
use tokio::runtime::Handle;
use tracing::{info, warn};

/// How long to wait for facts before it is looked whether any were missed.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Takes facts in until the node has ended. It blocks on the database, so it wants a thread of its own.
pub(super) fn run(node: &Weak<Node>, listings: &Listings, mut facts: Facts, runtime: &Handle) {
    loop {
        match runtime.block_on(async { tokio::time::timeout(LOOK_EVERY, facts.recv()).await }) {
            Ok(Some((shard, events))) => {
                let Some(node) = node.upgrade() else { return };
                take(&node, listings, shard, &events, runtime);
            }
            Ok(None) => return,
            Err(_quiet) => {
                let Some(node) = node.upgrade() else { return };
                node.shard_stats().for_each(|(shard, stats)| {
                    if stats.event_sequence() != listings.position(shard) {
                        rebuild(&node, listings, shard, runtime);
                    }
                });
            }
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
