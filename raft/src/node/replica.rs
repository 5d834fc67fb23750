//! A replica: one shard on this node, from its inbox to its Raft group.

use std::sync::{Arc, OnceLock};

use engine::ShardId;
use openraft::storage::RaftLogStorage;
use tokio::sync::{oneshot, watch};

use super::actors::Actors;
use super::recounts::Recounts;
use super::{Config, Error};
use crate::blocking;
use crate::board::Board;
use crate::desk::Desk;
use crate::facts;
use crate::log::Log;
use crate::members::{Members, Roster};
use crate::peer::{Networks, Peers};
use crate::shard::actor::{ShardActor, Standing, Surroundings};
use crate::shard::core::{Core, Randomness};
use crate::shard::estimate::Estimates;
use crate::shard::gate::SharedGate;
use crate::shard::inbox::{Inbox, Work};
use crate::shard::machine::{self, Machine, Raft};
use crate::shard::reply::ReplyTo;
use crate::shard::stats::ShardStats;
use crate::snapshot::{SnapshotFile, SnapshotStore};
use crate::types::NodeId;

/// One shard on this node.
pub(super) struct Replica {
    pub(super) shard: ShardId,
    pub(super) inbox: Arc<Inbox>,
    pub(super) raft: Raft,
    pub(super) standing: watch::Receiver<Option<Standing>>,
    pub(super) leader: watch::Sender<Option<NodeId>>,
    pub(super) stats: Arc<ShardStats>,
    pub(super) recounts: Recounts,
    pub(super) roster: Roster,
}

/// What all replicas of a node share.
pub(super) struct Shared<'a> {
    pub(super) config: &'a Config,
    pub(super) raft_config: Arc<openraft::Config>,
    pub(super) log: &'a Log,
    pub(super) snapshots: &'a SnapshotStore,
    pub(super) peers: &'a Peers,
    pub(super) board: &'a Arc<Board>,
    pub(super) desk: &'a Arc<Desk>,
    pub(super) gate: &'a SharedGate,
    pub(super) facts: &'a facts::Channel,
    pub(super) actors: &'a Actors,
}

impl Replica {
    /// Loads the shard's state, starts its actor, and joins its Raft group.
    pub(super) async fn start(shared: &Shared<'_>, shard: ShardId) -> Result<Replica, Error> {
        let snapshot = shared.snapshots.current(shard)?;
        let meta = snapshot.as_ref().map(|file| file.meta().clone());
        let mut log = shared.log.shard(shard);
        let purged = log.get_log_state().await.map_err(Error::State)?.last_purged_log_id;
        let covered = meta.as_ref().and_then(|meta| meta.last_log_id);
        if let Some(purged) = purged.filter(|purged| covered.is_none_or(|covered| covered < *purged)) {
            let path = shared.snapshots.dir().to_owned();
            return Err(Error::NoSnapshot { shard, purged: purged.index, path });
        }
        let core = core(shard, snapshot)
            .await?
            .with_entries_of(shared.log.entry_bytes_max())
            .with_gate(SharedGate::clone(shared.gate));
        let inbox = Arc::new(Inbox::default());
        let raft_cell = Arc::new(OnceLock::new());
        let stats = Arc::new(ShardStats::default());
        let (standing, standings) = watch::channel(None);
        let roster = Roster::new(Members::configured(shared.config.members.clone()));
        let around = Surroundings {
            shard,
            inbox: Arc::clone(&inbox),
            raft: Arc::clone(&raft_cell),
            estimates: Estimates::new(shared.peers.clone(), shard, shared.config.node, roster.clone()),
            board: Arc::clone(shared.board),
            desk: Arc::clone(shared.desk),
            facts: shared.facts.of(shard),
            standing,
            stats: Arc::clone(&stats),
            snapshot_log_bytes: shared.config.snapshot_log_bytes,
        };
        shared.actors.start(shard, ShardActor::new(core, around));
        let machine = Machine::new(shard, Arc::clone(&inbox), shared.snapshots.clone(), meta.as_ref());
        let raft = Raft::new(
            shared.config.node,
            Arc::clone(&shared.raft_config),
            Networks::<SnapshotFile>::new(shared.peers.clone(), shard.0),
            log,
            machine,
        )
        .await
        .map_err(|fatal| Error::Raft { shard, why: fatal.to_string() })?;
        assert!(raft_cell.set(raft.clone()).is_ok(), "a replica joins its group once");
        let leader = watch::Sender::new(None);
        let (standing, recounts) = (standings, Recounts::default());
        Ok(Replica { shard, inbox, raft, standing, leader, stats, recounts, roster })
    }

    /// Leaves the Raft group and ends the actor.
    pub(super) async fn stop(&self) {
        if let Err(error) = self.raft.shutdown().await {
            tracing::warn!(shard = %self.shard, %error, "the Raft group did not end in order");
        }
        let (done, ended) = oneshot::channel();
        self.inbox.push(Work::Stop(done));
        if ended.await.is_err() {
            tracing::warn!(shard = %self.shard, "the actor had ended already");
        }
    }
}

async fn core(shard: ShardId, snapshot: Option<SnapshotFile>) -> Result<Core<ReplyTo>, Error> {
    let randomness = randomness();
    let Some(file) = snapshot else { return Ok(Core::new(engine::Shard::new(shard), None, randomness)) };
    let applied = file.meta().last_log_id;
    let loaded = blocking::run(move || machine::load(shard, &file)).await;
    let engine = loaded.map_err(|not_done| Error::State(not_done.into()))?.map_err(Error::State)?;
    Ok(Core::new(engine, applied, randomness))
}

fn randomness() -> Randomness {
    let nonce = uuid::Uuid::new_v4().as_u64_pair();
    Randomness { secret: uuid::Uuid::new_v4().into_bytes(), nonce: nonce.0 ^ nonce.1 }
}
