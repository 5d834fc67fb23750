//! A node that comes back without its data, or without its log: it may have forgotten what it promised, so nobody has to
//! do with it, and it does not even begin.

use std::time::Duration;

use crate::cluster::{Cluster, Crowd, Manners, Product, Settings, ShardState, until};

const SOON: Duration = Duration::from_secs(20);
/// How many entries a follower may be behind while a crowd is at it.
const FEW: u64 = 64;

#[tokio::test]
async fn a_node_without_its_directory_is_turned_away_until_it_has_it_again() {
    let mut cluster = Cluster::start(Settings::default()).await;
    let crowd = Crowd::enter(&cluster, Product::new("shoe", 200), Manners::default()).await;
    crowd.buys(20).await;
    cluster.kill(&[2]);
    let (data, aside) = (cluster.data(2), cluster.data(2).with_extension("aside"));
    std::fs::rename(&data, &aside).expect("moved aside");
    let exit = cluster.start_in_vain(2).await;
    let words = exit.stderr.lines().last().unwrap_or_default();
    assert_eq!(exit.status, Some(1), "{}", exit.stderr);
    assert!(words.contains("node 2") && words.contains("bring its old directory back"), "{words}");
    crowd.buys(20).await;

    std::fs::remove_dir_all(&data).expect("what it began anew is of no use");
    std::fs::rename(&aside, &data).expect("moved back");

    let (log, aside) = (data.join("log"), data.join("log-aside"));
    std::fs::rename(&log, &aside).expect("moved aside");
    let exit = cluster.start_in_vain(2).await;
    let words = exit.stderr.lines().last().unwrap_or_default();
    assert_eq!(exit.status, Some(1), "{}", exit.stderr);
    assert!(words.contains(&format!("{} has no segments", log.display())), "{words}");
    std::fs::rename(&aside, &log).expect("moved back");
    cluster.start_node(2);
    cluster.ready().await;
    let behind = async || {
        let shards = cluster.api.shards(1).await.unwrap_or_default();
        let index = |shard: &ShardState, node| shard.replica(node).map_or(0, |replica| replica.applied_index);
        shards.iter().any(|shard| index(shard, 2) + FEW < index(shard, 1))
    };
    until("node 2 has caught up", SOON, || async { !behind().await }).await;
    crowd.buys(20).await;
    drop(crowd.leave().await);
}
