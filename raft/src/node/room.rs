//! Room on the disk: a node whose log cannot prepare its next segment leads nothing while another can, for it is about to
//! end.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use engine::codec;
use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::leadership;
use super::replica::Replica;
use crate::call;
use crate::peer::{Error, Peers, Refusal};
use crate::types::NodeId;

/// How often a node without room looks who could lead in its place.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long a node may take to say whether it has room.
const TOLD_WITHIN: Duration = Duration::from_millis(400);

/// How long the log must be short of room before it counts: often a segment is freed in the next moment, and used again.
const COUNTS_AFTER: Duration = Duration::from_millis(250);
/// How long there must have been room before this node leads again.
const LEADS_AFTER: Duration = Duration::from_secs(10);

/// Why there is no room on this node's disk; nothing if there is.
pub(super) type Shortage = watch::Receiver<Option<Arc<str>>>;

/// What decides whether this node has room.
pub(super) struct Room {
    /// Whether the log can prepare its next segment, as it is at each moment.
    pub(super) log: Shortage,
    /// What is told to others of it.
    pub(super) told: watch::Sender<Option<Arc<str>>>,
}

impl Room {
    /// Tells, and hands the shards of this node over, whenever its log is short of room, and keeps it from standing for
    /// election, until `stop`. Where no other node has room either, this one goes on leading: somebody has to.
    pub(super) async fn watch(mut self, replicas: Arc<[Replica]>, peers: Peers, stop: CancellationToken) {
        tokio::select! {
            () = self.step_down_and_up(&replicas, &peers) => {}
            () = stop.cancelled() => {}
        }
    }

    /// Ends when the log does.
    async fn step_down_and_up(&mut self, replicas: &[Replica], peers: &Peers) {
        while let Some(why) = self.is_short().await {
            error!(
                "there is no room for the next segment of the log: {why}; make room on this disk: until there is some \
                 this node leads no shard that another can lead, and when the segment that it writes is full it ends"
            );
            self.told.send_replace(Some(why));
            tokio::select! {
                () = step_down(replicas, peers) => {}
                () = has_lasting_room(&mut self.log) => {}
            }
            self.told.send_replace(None);
            stand_for_election(replicas, true);
            info!("there is room for the log again: this node leads as before");
        }
    }

    /// Waits until the log has been short of room for a while, and gives the reason.
    async fn is_short(&mut self) -> Option<Arc<str>> {
        loop {
            let why = self.log.wait_for(Option::is_some).await.ok()?.clone();
            let passed = tokio::time::timeout(COUNTS_AFTER, self.log.wait_for(Option::is_none)).await;
            if passed.is_err() {
                return why;
            }
        }
    }
}

async fn has_lasting_room(log: &mut Shortage) {
    // A log that has ended is nobody's any more: `is_short` finds out.
    while log.wait_for(Option::is_none).await.is_ok() {
        if tokio::time::timeout(LEADS_AFTER, log.wait_for(Option::is_some)).await.is_err() {
            return;
        }
    }
}

async fn step_down(replicas: &[Replica], peers: &Peers) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let deadline = Instant::now() + TOLD_WITHIN;
        let asked = peers.connected().into_iter();
        let asked = asked.map(|node| async move { has_room(peers, node, deadline).await.then_some(node) });
        let fit: BTreeSet<NodeId> = join_all(asked).await.into_iter().flatten().collect();
        stand_for_election(replicas, fit.is_empty());
        leadership::offer(replicas, &fit).await;
    }
}

fn stand_for_election(replicas: &[Replica], stands: bool) {
    replicas.iter().for_each(|replica| replica.raft.runtime_config().elect(stands));
}

/// Whether `node` says that it has room. One that knows no such call is of a version that never says otherwise.
async fn has_room(peers: &Peers, node: NodeId, deadline: Instant) -> bool {
    match peers.call(node, 0, call::ROOM, Vec::new().into(), deadline).await {
        Ok(answer) => codec::decode(&answer).unwrap_or(false),
        Err(error) => matches!(error, Error::Refused { refusal: Refusal::UnknownKind, .. }),
    }
}

/// Whether `node` can be handed a shard.
pub(super) async fn is_fit(peers: &Peers, node: NodeId) -> bool {
    has_room(peers, node, Instant::now() + TOLD_WITHIN).await
}
