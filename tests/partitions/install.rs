//! A follower behind the purge point that is killed while it takes in a snapshot.

use std::future::ready;
use std::time::Duration;

use crate::cluster::invariants::check_books;
use crate::cluster::{Cluster, Crowd, Manners, Product, Settings, ShardState, Weather, shard_of, until};

/// How many entries a log keeps that are in its snapshot.
const KEPT: u64 = raft::node::Config::KEPT_ENTRIES;
const SOON: Duration = Duration::from_secs(60);
/// How often it is killed.
const KILLS: usize = 3;

#[tokio::test]
async fn a_follower_that_is_killed_while_it_takes_in_a_snapshot_takes_in_another() {
    let mut cluster = Cluster::wired(Settings::small()).await;
    let manners = Manners { buyers: 64, pause: Duration::ZERO, cancel_percent: 60, ..Manners::default() };
    let crowd = Crowd::enter(&cluster, Product::new("shoe", 5_000), manners).await;
    crowd.reaches(20).await;
    let leader = cluster.leader_of("shoe").await;
    let follower = cluster.others(leader)[0];
    let behind = shoe(&cluster, leader).await.replica(follower).expect("it is there");
    cluster.kill(&[follower]);
    until("a snapshot reaches far beyond the follower", SOON, || async {
        let leader = shoe(&cluster, leader).await.replica(leader);
        leader.is_some_and(|leader| leader.snapshot_index > behind.last_log_index + KEPT)
    })
    .await;
    let deals = crowd.leave().await;
    until("the log is purged", SOON, || ready(cluster.node(leader).said("purge log") > 0)).await;

    let snapshots = cluster.data(follower).join("snapshots");
    let coming = || {
        let files = std::fs::read_dir(&snapshots).expect("a directory");
        files.flatten().any(|file| file.file_name().to_string_lossy().ends_with("unfinished"))
    };
    // Each piece waits for the one before to be answered: there is time to meet a snapshot half there.
    cluster.weather(leader, follower, Weather::Slow(Duration::from_millis(80)));
    for _ in 0..KILLS {
        cluster.start_node(follower);
        until("what was half there is gone", SOON, || ready(!coming())).await;
        until("a snapshot is coming", SOON, || ready(coming())).await;
        cluster.kill(&[follower]);
        assert!(coming(), "it was met half there");
    }
    cluster.weather(leader, follower, Weather::Fair);
    cluster.start_node(follower);
    cluster.ready().await;
    check_books(&cluster, &deals).await;
    assert!(!coming(), "what was half there is gone");
    let shard = shoe(&cluster, leader).await;
    let (taken, sent) = (shard.replica(follower), shard.replica(leader));
    let (taken, sent) = (taken.expect("it is there"), sent.expect("it is there"));
    assert_eq!(taken.snapshot_index, sent.snapshot_index, "by the leader's snapshot");
}

async fn shoe(cluster: &Cluster, node: u64) -> ShardState {
    cluster.api.shard(node, shard_of("shoe")).await.expect("the node answers")
}
