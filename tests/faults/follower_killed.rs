//! A follower is killed, and catches up: by the log, or by a snapshot where the log does not reach back any more.

use std::future::ready;
use std::time::Duration;

use crate::cluster::invariants::{back, check_all};
use crate::cluster::{
    Cluster, Crowd, Manners, Product, Pulse, Settings, ShardState, Watcher, shard_of, until,
};

const STOCK: u64 = 5_000;

#[tokio::test]
async fn a_killed_follower_catches_up_by_the_log() {
    let mut cluster = Cluster::start(Settings::default()).await;
    let mut pulse = Pulse::begin(&cluster.api).await;
    let crowd = Crowd::enter(&cluster, Product::new("shoe", STOCK), Manners::default()).await;
    let watcher = Watcher::begin(&cluster, &crowd);
    crowd.reaches(50).await;
    let leader = cluster.leader_of("shoe").await;
    let follower = cluster.others(leader)[0];
    cluster.kill(&[follower]);
    let outage = back::look(&mut pulse, std::time::Instant::now()).await;
    crowd.reaches(200).await;
    cluster.start_node(follower);
    cluster.ready().await;
    let (deals, samples) = (crowd.leave().await, watcher.end().await);
    check_all(&cluster, &deals, &samples, STOCK, &[outage]).await;
    let caught_up = shoe(&cluster, leader).await.replica(follower).expect("it is there");
    assert_eq!(caught_up.snapshot_index, 0, "the log sufficed: {caught_up:?}");
}

#[tokio::test]
async fn a_follower_behind_the_purge_point_catches_up_by_a_snapshot() {
    let mut cluster = Cluster::start(Settings::small()).await;
    let mut pulse = Pulse::begin(&cluster.api).await;
    // As many commands a second as there can be, and few holds that stay.
    let manners = Manners { buyers: 64, pause: Duration::ZERO, cancel_percent: 90, ..Manners::default() };
    let crowd = Crowd::enter(&cluster, Product::new("shoe", STOCK), manners).await;
    let watcher = Watcher::begin(&cluster, &crowd);
    crowd.reaches(50).await;
    let leader = cluster.leader_of("shoe").await;
    let follower = cluster.others(leader)[0];
    let behind = shoe(&cluster, leader).await.replica(follower).expect("it is there");
    cluster.kill(&[follower]);
    let outage = back::look(&mut pulse, std::time::Instant::now()).await;
    until("a snapshot reaches far beyond the follower", Duration::from_secs(60), || async {
        let leader = shoe(&cluster, leader).await.replica(leader);
        leader.is_some_and(|leader| leader.snapshot_index > behind.last_log_index + KEPT)
    })
    .await;
    let (deals, samples) = (crowd.leave().await, watcher.end().await);
    // It may wait for a send to the follower to fail.
    until("the log is purged", Duration::from_secs(10), || ready(cluster.node(leader).said("purge log") > 0))
        .await;
    let purged = shoe(&cluster, leader).await.replica(leader).expect("it is there");
    cluster.story.tell(format!("behind: {behind:?}; purged: {purged:?}"));
    cluster.start_node(follower);
    cluster.ready().await;
    check_all(&cluster, &deals, &samples, STOCK, &[outage]).await;
    let shard = shoe(&cluster, leader).await;
    let (caught_up, sent) = (shard.replica(follower), shard.replica(leader));
    let (caught_up, sent) = (caught_up.expect("it is there"), sent.expect("it is there"));
    assert!(sent.snapshot_index >= purged.snapshot_index, "{sent:?} after {purged:?}");
    // The leader may have made a newer one to send. One that the follower made itself would be of another index.
    assert_eq!(caught_up.snapshot_index, sent.snapshot_index, "by the leader's snapshot: {caught_up:?}");
}

/// How many entries a log keeps that are in its snapshot.
const KEPT: u64 = 256;

async fn shoe(cluster: &Cluster, node: u64) -> ShardState {
    cluster.api.shard(node, shard_of("shoe")).await.expect("the node answers")
}
