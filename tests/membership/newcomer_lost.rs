//! A newcomer that is lost for good in the middle: it has the old node's place in some shards, and in others not yet.
//! Another one takes both their places.

use std::path::PathBuf;
use std::time::Duration;

use crate::cluster::invariants::check_all;
use crate::cluster::{ADMIN, Cluster, Crowd, Errand, Manners, Product, Settings, Watcher, until};
use crate::operator::{is_up, roles, try_to_replace};

const STOCK: u64 = 300;
const SOON: Duration = Duration::from_secs(20);

/// The node that goes, the one that comes in its place and is lost, and the one that comes in the place of both.
const OLD: u64 = 3;
const LOST: u64 = 4;
const NEW: u64 = 5;

/// What becomes of the old node when the newcomer is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Old {
    /// It runs.
    Runs,
    /// It is lost as well.
    Lost,
}

#[tokio::test]
async fn a_newcomer_that_is_lost_in_the_middle_is_replaced_together_with_the_node_that_runs() {
    play(Old::Runs).await;
}

#[tokio::test]
async fn a_newcomer_that_is_lost_in_the_middle_is_replaced_together_with_the_node_that_is_lost_too() {
    play(Old::Lost).await;
}

async fn play(old: Old) {
    let mut cluster = Cluster::start(Settings { spares: &[LOST, NEW], ..Settings::small() }).await;
    let manners = Manners { pause: Duration::from_millis(80), ..Manners::default() };
    let crowd = Crowd::enter(&cluster, Product::new("shoe", STOCK), manners).await;
    let watcher = Watcher::begin(&cluster, &crowd);
    crowd.buys(20).await;
    let (with_lost, with_new) = (cluster.config_with(OLD, LOST), cluster.config_with(OLD, NEW));
    cluster.start_node_with(LOST, &with_lost);
    is_up(&cluster, LOST).await;
    swap_in_part(&cluster).await;
    lose(&mut cluster, LOST);
    if old == Old::Lost {
        lose(&mut cluster, OLD);
    }
    crowd.buys(20).await;

    cluster.start_node_with(NEW, &with_new);
    is_up(&cluster, NEW).await;
    let early = try_to_replace(&cluster, &[1, 2], OLD, NEW).await;
    assert_eq!((early.status, early.stderr.lines().count()), (Some(1), 1), "{early:?}");
    assert!(early.stderr.contains("node 4 is taking the place of node 3"), "{early:?}");
    assert!(early.stderr.contains("`--old 4 --new 5`"), "it tells the way out: {early:?}");
    // Whoever goes is asked first, where it runs, and sends to another.
    for (going, new) in [(LOST, NEW), (OLD, NEW)] {
        let run = try_to_replace(&cluster, &[OLD, 1, 2], going, new).await;
        assert_eq!(run.status, Some(0), "{}", run.stderr);
    }
    cluster.api.door.replaced(OLD, NEW);
    assert_eq!(roles(&cluster, 1, NEW).await, vec![Some("voter".to_owned()); 3]);
    for gone in [OLD, LOST] {
        assert_eq!(roles(&cluster, 1, gone).await, [None, None, None]);
    }
    if old == Old::Runs {
        let status = cluster.node(OLD).ended().await;
        assert_eq!(status.code(), Some(1), "it was told to go: {status}");
    }
    let again = try_to_replace(&cluster, &[1, 2], OLD, LOST).await;
    assert_eq!(again.status, Some(1), "{again:?}");
    assert!(again.stderr.contains("node 4 was replaced before"), "{again:?}");

    // With another one down, nothing goes without the new one.
    crowd.buys(20).await;
    cluster.kill(&[2]);
    crowd.buys(20).await;
    cluster.start_node_with(2, &with_new);
    cluster.ready().await;
    let (deals, samples) = (crowd.leave().await, watcher.end().await);
    check_all(&cluster, &deals, &samples, STOCK, &[]).await;
    if old == Old::Lost {
        let gone = [(OLD, cluster.config()), (LOST, with_lost)];
        never_come_back(&mut cluster, &gone).await;
    }
}

/// Takes the replacement so far that the newcomer has the old node's place in some shard. In another it mostly has not: one
/// the old node leads and has to hand over first, and one is as busy as the crowd makes it. But if they are all as far at
/// once, what is promised is the same.
async fn swap_in_part(cluster: &Cluster) {
    until("every node leads a shard", SOON, async || {
        let shards = cluster.api.shards(1).await.unwrap_or_default();
        shards.iter().map(|shard| shard.leader).eq([Some(1), Some(2), Some(OLD)])
    })
    .await;
    until("the newcomer has the place in some shard", SOON, async || {
        take_further(cluster).await.iter().any(|stage| stage == "done")
    })
    .await;
    let lost = roles(cluster, 1, LOST).await;
    assert!(lost.contains(&Some("voter".to_owned())), "it votes: {lost:?}");
}

/// Asks once for the newcomer in the old node's place. How far each shard is.
async fn take_further(cluster: &Cluster) -> Vec<String> {
    let peer = cluster.ports.peer(LOST).to_string();
    let errand = Errand::new(reqwest::Method::PUT, format!("/v1/cluster/nodes/{OLD}/replacement"));
    let errand = errand.token(ADMIN).body(serde_json::json!({ "new": LOST, "peer": peer }));
    let Ok(answer) = cluster.api.door.send(1, &errand).await else { return Vec::new() };
    cluster.story.tell(format!("asked once for {LOST} in the place of {OLD}: {}", answer.body));
    let stages = answer.body["shards"].as_array().cloned().unwrap_or_default();
    stages.iter().filter_map(|shard| Some(shard["stage"].as_str()?.to_owned())).collect()
}

/// A node is lost with its disk.
fn lose(cluster: &mut Cluster, node: u64) {
    cluster.kill(&[node]);
    std::fs::remove_dir_all(cluster.data(node)).expect("its disk is lost");
}

/// Nodes that were replaced end when they are started, with whatever directory.
async fn never_come_back(cluster: &mut Cluster, gone: &[(u64, PathBuf)]) {
    gone.iter().for_each(|(node, config)| cluster.start_node_with(*node, config));
    for (node, _) in gone {
        let status = cluster.node(*node).ended().await;
        assert_eq!(status.code(), Some(1), "{status}");
        assert!(cluster.node(*node).said(&format!("node {node} was replaced by another one")) > 0);
    }
}
