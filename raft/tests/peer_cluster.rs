//! Three nodes of openraft over the transport, on loopback.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod peer_support;

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use openraft::Vote;
use openraft::async_runtime::WatchReceiver;
use openraft::network::{RPCOption, RaftNetworkFactory, RaftNetworkV2};
use openraft::raft::VoteRequest;
use peer_support::handler::SHARD;
use peer_support::machine::MemorySnapshot;
use peer_support::node::{A_MOMENT, Cluster};
use peer_support::until;
use raft::peer::{Direction, Kind, Networks};
use raft::types::{NodeId, Payload};
use tokio::time::{Instant, sleep};

fn payload(text: &str) -> Payload {
    Payload(Bytes::copy_from_slice(text.as_bytes()))
}

impl Cluster {
    /// Writes through whoever leads, until it is acknowledged.
    async fn write(&self, payload: &Payload) {
        until("a write is acknowledged", async || {
            let leader = self.leader().await;
            let written = self.nodes[&leader].raft.client_write(payload.clone());
            tokio::time::timeout(Duration::from_secs(2), written).await.is_ok_and(|written| written.is_ok())
        })
        .await;
    }

    /// Waits until a node has applied these payloads, repetitions apart.
    async fn applied(&self, node: NodeId, payloads: &[Payload]) {
        let mut seen = Vec::new();
        let wanted: Vec<Bytes> = payloads.iter().map(|payload| payload.0.clone()).collect();
        until("a node has applied what was written", async || {
            seen = self.nodes[&node].disk.machine.payloads();
            // A write whose first attempt was not acknowledged may stand in the log twice.
            seen.dedup();
            seen == wanted
        })
        .await;
    }
}

#[tokio::test]
async fn three_nodes_elect_a_leader_and_replicate_in_order() {
    let cluster = Cluster::start(3).await;
    let leader = cluster.leader().await;
    let padded = |number: usize| payload(&format!("{number:>width$}", width = number * 50));
    let payloads: Vec<Payload> = (0..300).map(padded).collect();
    let raft = &cluster.nodes[&leader].raft;
    let mut written = raft.client_write_many(payloads.clone()).await.unwrap();
    while let Some(written) = written.next().await {
        written.unwrap().unwrap();
    }
    for node in 1..=3 {
        cluster.applied(node, &payloads).await;
    }
    let appends = cluster.nodes[&leader].peers.counters().frames(Direction::Out, Kind::Append);
    assert!(appends > 0, "appends are pipelined, not sent as single requests");
    cluster.stop_all().await;
}

#[tokio::test]
async fn leadership_is_transferred_at_once() {
    let cluster = Cluster::start(3).await;
    cluster.write(&payload("before")).await;
    let old = cluster.leader().await;
    let new = (1..=3).find(|&node| node != old).unwrap();
    let began = Instant::now();
    cluster.nodes[&old].raft.trigger().transfer_leader(new).await.unwrap();
    until("the new leader leads", async || cluster.nodes[&new].raft.is_leader()).await;
    assert!(began.elapsed() < Duration::from_millis(600), "faster than an election: {:?}", began.elapsed());
    let transfers = cluster.nodes[&new].server.counters().frames(Direction::In, Kind::TransferLeader);
    assert!(transfers > 0);
    cluster.write(&payload("after")).await;
    cluster.applied(old, &[payload("before"), payload("after")]).await;
    cluster.stop_all().await;
}

#[tokio::test]
async fn a_pre_vote_of_a_stale_node_is_refused_and_changes_nothing() {
    let mut cluster = Cluster::start(3).await;
    cluster.write(&payload("one")).await;
    let leader = cluster.leader().await;
    let stale = (1..=3).find(|&node| node != leader).unwrap();
    let disk = cluster.stop(stale).await;
    cluster.write(&payload("two")).await;
    let term = cluster.nodes[&leader].raft.metrics().borrow_watched().current_term;

    // What the stale node would ask for, asked in its name: the log that it has is behind.
    let last = disk.log.entries().last().unwrap().log_id;
    let peers = raft::peer::Peers::new(peer_support::options(stale), cluster.addresses.clone());
    let mut networks = Networks::<MemorySnapshot>::new(peers.clone(), SHARD);
    let other = (1..=3).find(|&node| node != leader && node != stale).unwrap();
    let mut network = networks.new_client(other, &openraft::BasicNode::default()).await;
    let ask = VoteRequest::new(Vote::new(term + 1, stale), Some(last));
    let answer = network.pre_vote(ask.clone(), RPCOption::new(Duration::from_secs(5))).await.unwrap();
    assert!(!answer.vote_granted, "{answer}");
    peers.shutdown().await;

    cluster.restart(stale, disk).await;
    cluster.applied(stale, &[payload("one"), payload("two")]).await;
    sleep(A_MOMENT).await;
    for node in cluster.nodes.values() {
        assert_eq!(node.raft.metrics().borrow_watched().current_term, term, "no election was started");
    }
    cluster.stop_all().await;
}

#[tokio::test]
async fn a_node_that_is_far_behind_gets_a_snapshot_in_pieces() {
    let mut cluster = Cluster::start(3).await;
    let mut payloads = vec![payload("small")];
    cluster.write(&payloads[0]).await;
    let leader = cluster.leader().await;
    let behind = (1..=3).find(|&node| node != leader).unwrap();
    let disk = cluster.stop(behind).await;
    for letter in ['a', 'b', 'c', 'd'] {
        payloads.push(payload(&letter.to_string().repeat(700_000)));
        cluster.write(payloads.last().unwrap()).await;
    }
    let leader = cluster.leader().await;
    let raft = &cluster.nodes[&leader].raft;
    let last = raft.metrics().borrow_watched().last_applied.unwrap().index;
    raft.trigger().snapshot().await.unwrap();
    until("the snapshot is built", async || {
        raft.metrics().borrow_watched().snapshot.is_some_and(|at| at.index >= last)
    })
    .await;
    raft.trigger().purge_log(last).await.unwrap();
    let log = &cluster.nodes[&leader].disk.log;
    until("the log is purged", async || log.first_index().is_none_or(|first| first > 3)).await;

    cluster.restart(behind, disk).await;
    cluster.applied(behind, &payloads).await;
    assert_eq!(cluster.nodes[&behind].disk.machine.installed(), 1);
    let counters = cluster.nodes[&behind].server.counters();
    assert!(counters.frames(Direction::In, Kind::SnapshotChunk) >= 10, "2.8 MB are more than ten pieces");
    assert_eq!(cluster.nodes[&behind].handler.receiving(), 0);
    payloads.push(payload("afterwards"));
    cluster.write(payloads.last().unwrap()).await;
    cluster.applied(behind, &payloads).await;
    cluster.stop_all().await;
}

#[tokio::test]
async fn a_cluster_survives_the_loss_of_each_node_in_turn() {
    let mut cluster = Cluster::start(3).await;
    let mut payloads = Vec::new();
    for round in 0..4_u64 {
        let victim = cluster.leader().await;
        let disk = cluster.stop(victim).await;
        payloads.push(payload(&format!("without {round}")));
        cluster.write(payloads.last().unwrap()).await;
        cluster.restart(victim, disk).await;
        payloads.push(payload(&format!("with {round}")));
        cluster.write(payloads.last().unwrap()).await;
        cluster.applied(victim, &payloads).await;
    }
    for node in 1..=3 {
        cluster.applied(node, &payloads).await;
    }
    cluster.stop_all().await;
}
