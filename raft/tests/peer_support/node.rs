//! A node: a server, peers, and a Raft group that can be stopped and started again on the same log.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use openraft::{BasicNode, Config, Raft, SnapshotPolicy};
use raft::peer::{Networks, Options, Peers, Server, ServerHandle};
use raft::types::{NodeId, Types};
use tokio::net::{TcpListener, TcpSocket};

use super::handler::{SHARD, TestHandler};
use super::log_store::MemoryLog;
use super::machine::{Machine, MemorySnapshot};
use super::{options, until};

/// Where a node of the tests may listen.
pub const ANYWHERE: &str = "127.0.0.1:0";

/// A listener; at an address that was used a moment ago, if asked to.
pub async fn listen(address: &str) -> TcpListener {
    let mut listener = None;
    let address: SocketAddr = address.parse().unwrap();
    until("the address is free", async || {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        listener = socket.bind(address).and_then(|()| socket.listen(64)).ok();
        listener.is_some()
    })
    .await;
    listener.unwrap()
}

/// A server without a Raft group, and its handler.
pub async fn server(options: Options, address: &str) -> (ServerHandle, Arc<TestHandler>) {
    let handler = Arc::new(TestHandler::default());
    let server = Server::start(listen(address).await, handler.clone(), options).unwrap();
    (server, handler)
}

/// Peers that know one node.
pub fn peers(options: Options, node: NodeId, address: SocketAddr) -> Peers {
    Peers::new(options, [(node, address.to_string())])
}

/// What is left of a node when it is down.
#[derive(Clone, Default)]
pub struct Disk {
    pub log: MemoryLog,
    pub machine: Machine,
}

pub struct Node {
    pub id: NodeId,
    pub raft: Raft<Types, Machine>,
    pub peers: Peers,
    pub server: ServerHandle,
    pub handler: Arc<TestHandler>,
    pub disk: Disk,
}

impl Node {
    pub async fn start(id: NodeId, address: &str, disk: Disk, addresses: &BTreeMap<NodeId, String>) -> Self {
        let peers = Peers::new(options(id), addresses.clone());
        let (server, handler) = server(options(id), address).await;
        let network = Networks::<MemorySnapshot>::new(peers.clone(), SHARD);
        let raft = Raft::new(id, config(), network, disk.log.clone(), disk.machine.clone()).await.unwrap();
        handler.set_raft(raft.clone());
        Self { id, raft, peers, server, handler, disk }
    }

    /// Stops everything; the address is free afterwards.
    pub async fn stop(self) -> Disk {
        self.server.shutdown().await;
        self.raft.shutdown().await.unwrap();
        self.peers.shutdown().await;
        self.disk
    }
}

fn config() -> Arc<Config> {
    let config = Config {
        cluster_name: "test".into(),
        heartbeat_interval: 50,
        election_timeout_min: 300,
        election_timeout_max: 600,
        enable_pre_vote: Some(true),
        snapshot_policy: SnapshotPolicy::Never,
        max_in_snapshot_log_to_keep: 0,
        purge_batch_size: 1,
        max_payload_entries: 16,
        ..Config::default()
    };
    Arc::new(config.validate().unwrap())
}

/// Nodes 1, 2, ... that know each other.
pub struct Cluster {
    pub addresses: BTreeMap<NodeId, String>,
    pub nodes: BTreeMap<NodeId, Node>,
}

impl Cluster {
    pub async fn start(size: u64) -> Self {
        let mut listeners = Vec::new();
        for id in 1..=size {
            listeners.push((id, TcpListener::bind(ANYWHERE).await.unwrap()));
        }
        let addresses: BTreeMap<NodeId, String> = listeners
            .iter()
            .map(|(id, listener)| (*id, listener.local_addr().unwrap().to_string()))
            .collect();
        drop(listeners);
        let mut cluster = Self { addresses, nodes: BTreeMap::new() };
        for id in 1..=size {
            cluster.restart(id, Disk::default()).await;
        }
        let members: BTreeMap<NodeId, BasicNode> =
            cluster.addresses.iter().map(|(&id, address)| (id, BasicNode::new(address))).collect();
        cluster.nodes[&1].raft.initialize(members).await.unwrap();
        cluster
    }

    pub async fn restart(&mut self, id: NodeId, disk: Disk) {
        let node = Node::start(id, &self.addresses[&id], disk, &self.addresses).await;
        self.nodes.insert(id, node);
    }

    pub async fn stop(&mut self, id: NodeId) -> Disk {
        self.nodes.remove(&id).unwrap().stop().await
    }

    /// The leader that a majority of the running nodes agrees on.
    pub async fn leader(&self) -> NodeId {
        let mut leader = None;
        until("there is a leader", async || {
            leader = self.nodes.values().find(|node| node.raft.is_leader()).map(|node| node.id);
            let Some(leader) = leader else { return false };
            let mut agreeing = 0;
            for node in self.nodes.values() {
                agreeing += usize::from(node.raft.current_leader().await == Some(leader));
            }
            agreeing > self.addresses.len() / 2
        })
        .await;
        leader.unwrap()
    }

    pub async fn stop_all(self) {
        for node in self.nodes.into_values() {
            node.stop().await;
        }
    }
}

/// A short time for what is not to happen.
pub const A_MOMENT: Duration = Duration::from_millis(300);
