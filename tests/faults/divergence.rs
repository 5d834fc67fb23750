//! A node whose state is not the one that the others have: it ends itself once a majority is against it, and not before.

use std::time::Duration;

use crate::cluster::{Cluster, Crowd, Manners, Product, Settings, until};
use crate::forgery;

/// The shard that node 1 leads when all are well.
const SHARD: u16 = 0;
const SEEN_WITHIN: Duration = Duration::from_secs(20);
const DIFFER: &str = "replicas of a shard have different states at log index";

#[tokio::test]
async fn one_that_differs_from_two_ends_itself_and_does_not_start_again() {
    let mut cluster = Cluster::start(Settings::default()).await;
    let crowd = Crowd::enter(&cluster, Product::on_shard(SHARD, "shoe", 400), Manners::default()).await;
    crowd.buys(20).await;
    assert!(cluster.stop(3).await.success());
    forge(&cluster, 3).await;

    let exit = cluster.start_in_vain(3).await;
    assert_eq!(exit.status, Some(1), "{}", exit.stderr);
    let said: Vec<&str> = exit.stderr.lines().filter(|line| line.contains("diverged")).collect();
    let directory = cluster.data(3).display().to_string();
    assert_eq!(said.len(), 1, "it says so once: {}", exit.stderr);
    for words in ["node 3", "shard 0", "at log index", "keep", &*directory, "replace the node"] {
        assert!(said[0].contains(words), "`{words}` is not in: {}", said[0]);
    }

    let exit = cluster.start_in_vain(3).await;
    let said = exit.stderr.lines().last().unwrap_or_default();
    assert_eq!(exit.status, Some(1), "{}", exit.stderr);
    assert!(said.contains("node 3 diverged") && said.contains("does not start"), "{said}");

    crowd.buys(20).await;
    drop(crowd.leave().await);
    for node in [1, 2] {
        assert!(cluster.node(node).condition().contains("runs"), "the others go on");
        until("the others agree", SEEN_WITHIN, || async { differing(&cluster, node).await == Some(0) }).await;
    }
}

#[tokio::test]
async fn two_that_differ_go_on_and_say_so_until_the_third_tells_who_is_right() {
    let mut cluster = Cluster::start(Settings::default()).await;
    let product = Product::on_shard(SHARD, "shoe", 400);
    let name = product.id.clone();
    let crowd = Crowd::enter(&cluster, product, Manners::default()).await;
    crowd.buys(20).await;
    drop(crowd.leave().await);
    for node in [3, 2, 1] {
        assert!(cluster.stop(node).await.success());
    }
    forge(&cluster, 1).await;

    cluster.start_node(1);
    cluster.start_node(2);
    for node in [1, 2] {
        let loud = || async { differing(&cluster, node).await == Some(1) };
        until("a node sees that the other differs", SEEN_WITHIN, loud).await;
    }
    until("the node that differs leads", SEEN_WITHIN, || async {
        cluster.api.shard(2, SHARD).await.is_some_and(|shard| shard.leader == Some(1))
    })
    .await;
    for node in [1, 2] {
        assert!(cluster.node(node).condition().contains("runs"), "nobody knows who is right");
        assert_eq!(cluster.node(node).said(DIFFER), 1, "it is said once a minute");
    }

    cluster.start_node(3);
    let status = cluster.node(1).ended().await;
    assert_eq!(status.code(), Some(1));
    assert_eq!(cluster.node(1).said("node 1 diverged"), 1);
    let leader = cluster.leader_of(&name).await;
    assert!([2, 3].contains(&leader), "another leads: {leader}");
    let crowd = Crowd::enter(&cluster, Product::on_shard(SHARD, "hat", 400), Manners::default()).await;
    crowd.buys(20).await;
    drop(crowd.leave().await);
    for node in [2, 3] {
        until("the others agree", SEEN_WITHIN, || async { differing(&cluster, node).await == Some(0) }).await;
    }
}

/// How many nodes have another state of the shard than `node`, as far as that one knows.
async fn differing(cluster: &Cluster, node: u64) -> Option<u64> {
    cluster.api.metric(node, "flashsale_differing_replicas", "shard=\"0\"").await
}

async fn forge(cluster: &Cluster, node: u64) {
    cluster.story.tell(format!("forge the log of {node}"));
    forgery::forge(&cluster.data(node).join("log"), SHARD, Settings::default().segment_bytes).await;
}
