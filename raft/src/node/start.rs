//! Starting, using and stopping a node.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::snapshot::Capture;
use engine::{LogTime, Settled, ShardId, Unsettled};
use openraft::async_runtime::watch::WatchReceiver;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::actors::Actors;
use super::found;
use super::ground::Ground;
use super::handler::Answering;
use super::leadership;
use super::replica::{Replica, Shared};
use super::report::{self, Report, ReportRequest};
use super::room::{Room, Shortage};
use super::roster;
use super::vital::vital;
use super::{Config, Error, comparing};
use crate::board::Board;
use crate::data_dir::{DataDir, Owner};
use crate::desk::Desk;
use crate::facts::{self, Facts};
use crate::log::{self, Log};
use crate::members::Members;
use crate::peer::{self, Acquaintances, Listener, Peers, Server, ServerHandle};
use crate::route::{Forwarder, Route, Router, Standings};
use crate::shard::clock::Moment;
use crate::shard::gate::SharedGate;
use crate::shard::inbox::Work;
use crate::shard::request::Ask;
use crate::shard::stats::ShardStats;
use crate::snapshot::SnapshotStore;
use crate::types::NodeId;

/// How often a node that hands its shards over looks whether anybody is left.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long a peer may take to report, a recount included.
const REPORT_WITHIN: Duration = Duration::from_secs(10);

/// A running node.
pub struct Node {
    pub(super) config: Config,
    pub(super) replicas: Arc<[Replica]>,
    router: Router,
    board: Arc<Board>,
    desk: Arc<Desk>,
    pub(super) peers: Peers,
    pub(super) acquaintances: Acquaintances,
    server: ServerHandle,
    log: Log,
    shortage: Shortage,
    pub(super) snapshots: SnapshotStore,
    actors: Actors,
    tasks: TaskTracker,
    stop: CancellationToken,
    /// Cancelled before `stop`: from then on this node takes no shard over to spread the leaders.
    leaving: CancellationToken,
    // Held for as long as the node runs: nobody else may use the directory.
    data: DataDir,
}

impl Node {
    /// Opens the node's data, starts its replicas, and answers peers on `listener`. `gate` is asked before a payment by
    /// the provider begins on a shard that this node leads.
    ///
    /// # Errors
    /// [`Error`] names what stands in the way; nothing was lost.
    pub async fn start(
        config: Config,
        listener: impl Listener,
        gate: SharedGate,
    ) -> Result<(Node, Facts), Error> {
        Node::start_on(Ground::machine(), config, listener, gate).await
    }

    /// The same on any ground.
    ///
    /// # Errors
    /// As [`Node::start`].
    pub async fn start_on(
        ground: Ground,
        config: Config,
        listener: impl Listener,
        gate: SharedGate,
    ) -> Result<(Node, Facts), Error> {
        let Ground { disk, drive, on_fatal, transport, actors_apart } = ground;
        let owner = Owner { cluster: config.cluster.clone(), node: config.node, shards: config.shards };
        let data = DataDir::open(&disk, &config.data, &owner)?;
        let options = log::Options {
            segment_bytes: config.segment_bytes,
            cache_bytes: config.cache_bytes,
            drive,
            on_fatal,
            ..log::Options::default()
        };
        let log = Log::open(disk.clone(), &data.log(), options)?;
        data.log_begun(&*disk)?;
        let snapshots = SnapshotStore::open(disk.clone(), &data.snapshots())?;
        let board = Arc::new(Board::default());
        let desk = Arc::new(Desk::default());
        let acquaintances = Acquaintances::open(disk.clone(), data.path(), data.instance())?;
        let peer_options = peer::Options {
            acquaintances: acquaintances.clone(),
            transport,
            ..peer::Options::new(config.cluster.clone(), config.node)
        };
        let peers = Peers::new(peer_options.clone(), others(&config, &acquaintances));
        let (channel, facts) = facts::channel();
        let actors = if actors_apart { Actors::apart(config.shards.into()).await? } else { Actors::Here };
        let shared = Shared {
            config: &config,
            raft_config: Arc::new(config.raft().validate()?),
            log: &log,
            snapshots: &snapshots,
            peers: &peers,
            board: &board,
            desk: &desk,
            gate: &gate,
            facts: &channel,
            actors: &actors,
        };
        let mut replicas = Vec::new();
        for shard in 0..config.shards {
            replicas.push(Replica::start(&shared, ShardId(shard)).await?);
        }
        let replicas: Arc<[Replica]> = replicas.into();
        let room = Room { log: log.shortage(), told: watch::Sender::new(None) };
        let shortage = room.told.subscribe();
        let answering = Answering {
            node: config.node,
            http: config.http.clone(),
            replicas: Arc::clone(&replicas),
            peers: peers.clone(),
            acquaintances: acquaintances.clone(),
            snapshots: snapshots.clone(),
            shortage: room.told.subscribe(),
        };
        let server = Server::start(listener, Arc::new(answering), peer_options).map_err(Error::Listen)?;
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let leaving = stop.child_token();
        let router = router(&replicas, &peers, &tasks);
        peers.connect().expect("a node that starts is not shutting down");
        let node = Node {
            config,
            replicas,
            router,
            board,
            desk,
            peers,
            acquaintances,
            server,
            log,
            shortage,
            snapshots,
            actors,
            tasks,
            stop,
            leaving,
            data,
        };
        node.keep_going(room);
        Ok((node, facts))
    }

    fn keep_going(&self, room: Room) {
        let room = room.watch(Arc::clone(&self.replicas), self.peers.clone(), self.stop.clone());
        self.tasks.spawn(vital(room));
        self.tasks.spawn(vital(comparing::watch(
            Arc::clone(&self.replicas),
            self.peers.clone(),
            self.data.conviction(),
            self.stop.clone(),
        )));
        let named = Arc::new(self.config.members.clone());
        for shard in 0..self.replicas.len() {
            let (replicas, stop) = (Arc::clone(&self.replicas), self.stop.clone());
            self.tasks.spawn(vital(leadership::watch(Arc::clone(&replicas), shard, stop.clone())));
            self.tasks.spawn(vital(leadership::spread(
                Arc::clone(&replicas),
                shard,
                self.peers.clone(),
                self.leaving.clone(),
            )));
            let (named, peers) = (Arc::clone(&named), self.peers.clone());
            self.tasks.spawn(vital(roster::follow(replicas, shard, named, peers, stop)));
        }
        let (config, replicas) = (self.config.clone(), Arc::clone(&self.replicas));
        self.tasks.spawn(found::groups(config, replicas, self.peers.clone(), self.stop.clone()));
    }

    /// Gets an ask to the leader of its shard; see [`Router::ask`].
    ///
    /// # Errors
    /// [`Unsettled`] tells whether something may have happened.
    pub async fn ask(&self, shard: ShardId, ask: Ask, deadline: Instant) -> Result<Settled, Unsettled> {
        self.router.ask(shard, ask, deadline).await
    }

    /// Every product, as this node last saw it.
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// What is to be done outside for the shards that this node leads.
    pub fn desk(&self) -> &Arc<Desk> {
        &self.desk
    }

    /// What this node was told.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The counts of every shard.
    pub fn shard_stats(&self) -> impl Iterator<Item = (ShardId, &ShardStats)> {
        self.replicas.iter().map(|replica| (replica.shard, &*replica.stats))
    }

    /// The counts of the write-ahead log.
    pub fn log_stats(&self) -> log::Stats {
        self.log.stats()
    }

    /// Why the disk has no room for the next segment of the log; nothing if it has. For as long as it has none this node
    /// leads no shard that another could, and it ends when the segment that it writes is full.
    pub fn shortage(&self) -> Option<Arc<str>> {
        self.shortage.borrow().clone()
    }

    /// The counts of the connections to peers.
    pub fn peers(&self) -> &Peers {
        &self.peers
    }

    /// Which node leads each shard, as far as is known here.
    pub fn leaders(&self) -> impl Iterator<Item = (ShardId, Option<NodeId>)> {
        self.replicas.iter().map(|replica| (replica.shard, *replica.leader.borrow()))
    }

    /// What log time it is in a shard, by its clock if this node leads it; by the wall clock if it does not.
    pub fn log_time(&self, shard: ShardId) -> LogTime {
        let at = Moment::now();
        let replica = self.replicas.iter().find(|replica| replica.shard == shard);
        let led = replica
            .and_then(|replica| replica.standing.borrow().as_ref().map(|standing| standing.clock.now(at)));
        led.unwrap_or(LogTime(at.wall))
    }

    /// Waits until another node turns this one away because it is known by another data directory, and gives its words.
    /// Nothing that this node has counts any more then, so it must end.
    pub async fn disowned(&self) -> String {
        self.acquaintances.disowned().await
    }

    /// Whether this node and those it is connected to are a majority of any shard: without one, no shard is of use from
    /// here.
    pub fn reaches_a_majority(&self) -> bool {
        let reached = self.peers.connected().into_iter().chain([self.config.node]).collect();
        self.replicas.iter().any(|replica| replica.roster.get().is_majority(&reached))
    }

    /// Who belongs to a shard's group, as far as is known here.
    pub fn members(&self, shard: ShardId) -> Members {
        let replica = self.replicas.get(usize::from(shard.0));
        replica.map(|replica| replica.roster.get()).unwrap_or_default()
    }

    /// Whether this node votes in any shard's group, as its log says.
    pub fn is_member(&self) -> bool {
        let votes = |members: Members| members.entry.is_some() && members.is_voter(self.config.node);
        self.replicas.iter().any(|replica| votes(replica.roster.get()))
    }

    /// How many entries of this node's log are not in the state yet, for each shard.
    pub fn lags(&self) -> impl Iterator<Item = (ShardId, u64)> {
        self.replicas.iter().map(|replica| {
            let last = replica.raft.metrics().borrow_watched().last_log_index.unwrap_or(0);
            (replica.shard, last.saturating_sub(replica.stats.applied_index()))
        })
    }

    /// How many entries each other node is behind the log of this one, for each shard that this node leads.
    pub fn replication_lags(&self) -> impl Iterator<Item = (ShardId, NodeId, u64)> {
        self.replicas.iter().flat_map(|replica| {
            leadership::lags(&replica.raft).into_iter().map(|(node, lag)| (replica.shard, node, lag))
        })
    }

    /// The state of a shard's replica here; nothing while the node ends.
    pub async fn capture(&self, shard: ShardId) -> Option<Capture> {
        let (to, captured) = oneshot::channel();
        self.replicas.get(usize::from(shard.0))?.inbox.push(Work::Capture(to));
        captured.await.ok()
    }

    /// How every replica of `shard` stands, as far as its node can be reached; with `audit`, recounted.
    pub async fn reports(
        &self,
        shard: ShardId,
        audit: bool,
        product: Option<engine::ProductId>,
    ) -> Vec<Report> {
        let request = ReportRequest { audit, product };
        let deadline = Instant::now() + REPORT_WITHIN;
        let Some(replica) = self.replicas.get(usize::from(shard.0)) else { return Vec::new() };
        let own = self.config.node;
        let others: Vec<NodeId> = replica.roster.get().nodes().filter(|&node| node != own).collect();
        let asked = others.iter().map(|&node| report::ask(&self.peers, node, shard, &request, deadline));
        let own = async { report::of(replica, request.clone()).await };
        let (own, others) = tokio::join!(own, futures_util::future::join_all(asked));
        own.into_iter().chain(others.into_iter().flatten()).collect()
    }

    /// Hands every shard that this node leads to another node: the first step of a planned stop. Where no other node is
    /// left, as when all are stopped at once, nobody is waited for.
    pub async fn hand_over(&self) {
        self.leaving.cancel();
        tokio::select! {
            () = leadership::hand_over(&self.replicas) => {}
            () = self.is_alone() => tracing::info!("no other node is connected, to hand shards over to"),
        }
    }

    async fn is_alone(&self) {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        while !self.peers.connected().is_empty() {
            looks.tick().await;
        }
    }

    /// Ends everything, in order, and waits for it. What was acknowledged is on disk.
    pub async fn stop(self) {
        self.stop.cancel();
        self.server.shutdown().await;
        for replica in self.replicas.iter() {
            replica.stop().await;
        }
        self.peers.shutdown().await;
        drop(self.router);
        self.tasks.close();
        self.tasks.wait().await;
        self.actors.stop();
        self.log.close().await;
    }
}

/// Where the other nodes are that the configuration names. One that was replaced since is none of them.
fn others(config: &Config, acquaintances: &Acquaintances) -> BTreeMap<NodeId, String> {
    let retired = acquaintances.retired();
    let is_other = |node: &NodeId| *node != config.node && !retired.contains(node);
    config.members.clone().into_iter().filter(|(node, _)| is_other(node)).collect()
}

fn router(replicas: &[Replica], peers: &Peers, tasks: &TaskTracker) -> Router {
    let route = |replica: &Replica| {
        let leader = replica.leader.subscribe();
        let standings = Arc::new(Standings::new(replica.shard, replica.standing.clone(), peers.clone()));
        let stats = Arc::clone(&replica.stats);
        let (forwarder, forwarding) =
            Forwarder::new(replica.shard, peers.clone(), Arc::clone(&standings), leader.clone(), stats);
        tasks.spawn(vital(forwarding.run()));
        Route { inbox: Arc::clone(&replica.inbox), leader, standings, forwarder }
    };
    Router::new(replicas.iter().map(route).collect())
}
