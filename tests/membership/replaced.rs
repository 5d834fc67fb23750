//! A node is replaced by a new one while a crowd buys: one that is gone with its disk, and one that still runs.

use std::time::{Duration, Instant};

use crate::cluster::invariants::{back, check_all};
use crate::cluster::{Cluster, Crowd, Manners, Product, Pulse, Settings, Watcher, until};
use crate::operator::{begin, is_up, replace, roles};

const STOCK: u64 = 300;
const SOON: Duration = Duration::from_secs(20);

fn settings() -> Settings {
    Settings { spares: &[4], ..Settings::small() }
}

#[tokio::test]
async fn a_node_that_is_lost_with_its_disk_is_replaced_and_the_new_one_counts() {
    let mut cluster = Cluster::start(settings()).await;
    let mut pulse = Pulse::begin(&cluster.api).await;
    let crowd = Crowd::enter(&cluster, Product::new("shoe", STOCK), Manners::default()).await;
    let watcher = Watcher::begin(&cluster, &crowd);
    crowd.buys(40).await;
    cluster.kill(&[2]);
    std::fs::remove_dir_all(cluster.data(2)).expect("the disk is lost");
    crowd.buys(40).await;
    let config = cluster.config_with(2, 4);
    cluster.start_node_with(4, &config);
    is_up(&cluster, 4).await;
    assert!(!cluster.api.is_ready(4).await, "it is not a member yet");
    let run = replace(&cluster, &[1, 3], 2, 4).await;
    assert!(run.stderr.contains("3 of 3 shards done"), "{}", run.stderr);
    let again = replace_again(&cluster).await;
    assert!(again.contains("3 of 3 shards done"), "it says so when there is nothing left to do: {again}");
    crowd.buys(40).await;
    until("the new node is ready", SOON, || cluster.api.is_ready(4)).await;

    // With another node down, nothing goes without the new one.
    let leader = cluster.leader_of(&crowd.product()).await;
    let lost = if leader == 4 { 1 } else { leader };
    cluster.kill(&[lost]);
    let outage = back::look(&mut pulse, Instant::now()).await;
    crowd.buys(40).await;
    // It comes back with the configuration that it had, which names the old node.
    cluster.start_node(lost);
    cluster.ready().await;

    let exit = cluster.start_in_vain(2).await;
    assert_eq!(exit.status, Some(1), "{}", exit.stderr);
    let words = exit.stderr.lines().last().unwrap_or_default();
    assert!(words.contains("node 2 was replaced by another one"), "{words}");
    let status = begin(&cluster, &[1, 3], &["cluster", "status"]).ended().await.stdout;
    assert!(status.contains("1, 3, 4"), "{status}");
    assert!(status.contains(&cluster.ports.http(4).to_string()), "node 4 told where it is: {status}");
    let (deals, samples) = (crowd.leave().await, watcher.end().await);
    check_all(&cluster, &deals, &samples, STOCK, &[outage]).await;
}

async fn replace_again(cluster: &Cluster) -> String {
    let peer = cluster.ports.peer(4).to_string();
    let args = ["cluster", "replace", "--old", "2", "--new", "4", "--peer", &peer, "--json"];
    let run = begin(cluster, &[4, 1], &args).ended().await;
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let status: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(status["done"], true);
    run.stderr
}

#[tokio::test]
async fn a_node_that_still_runs_is_replaced_and_told_to_go() {
    let mut cluster = Cluster::start(settings()).await;
    let crowd = Crowd::enter(&cluster, Product::new("shoe", STOCK), Manners::default()).await;
    let watcher = Watcher::begin(&cluster, &crowd);
    // Each node should lead one of the three shards, so the one that goes has to hand over.
    until("node 2 leads a shard", SOON, async || {
        let shards = cluster.api.shards(1).await.unwrap_or_default();
        shards.iter().any(|shard| shard.leader == Some(2))
    })
    .await;
    crowd.buys(40).await;
    let config = cluster.config_with(2, 4);
    cluster.start_node_with(4, &config);
    is_up(&cluster, 4).await;
    replace(&cluster, &[1, 2, 3], 2, 4).await;
    assert_eq!(roles(&cluster, 3, 2).await, [None, None, None]);
    let status = cluster.node(2).ended().await;
    assert_eq!(status.code(), Some(1), "it is not to be started again: {status}");
    assert_eq!(cluster.node(2).said("node 2 was replaced by another one"), 1);
    let exit = cluster.start_in_vain(2).await;
    assert_eq!(exit.status, Some(1), "nor with its directory: {}", exit.stderr);
    crowd.buys(40).await;
    until("the new node leads a shard", SOON, async || {
        let shards = cluster.api.shards(1).await.unwrap_or_default();
        shards.iter().any(|shard| shard.leader == Some(4))
    })
    .await;
    let (deals, samples) = (crowd.leave().await, watcher.end().await);
    check_all(&cluster, &deals, &samples, STOCK, &[]).await;
}
