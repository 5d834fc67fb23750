//! The figures that a node shows of itself move when something happens.

use std::collections::BTreeMap;

use raft::node::Node;

use crate::cluster::{Cluster, SHARD, put, stats, until};

fn lags(node: &Node) -> BTreeMap<u64, u64> {
    node.replication_lags().filter(|(shard, ..)| *shard == SHARD).map(|(_, node, lag)| (node, lag)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_stage_of_an_attempt_is_timed_where_it_happens() {
    let cluster = Cluster::start().await;
    let (leader, other) = (&cluster.leader, &cluster.others[0]);
    let queued = || stats(leader).queue_us.count();
    let committed = || stats(leader).commit_us.count();
    // What the first leader founds the shard with is in both.
    put(leader, 0..10).await;
    let before = (queued(), committed());
    assert!(before.0 >= 10 && before.1 >= 10, "{before:?}");
    assert_eq!(stats(leader).forward_us.count(), 0, "nothing had to be forwarded");

    put(other, 10..110).await;
    assert!(queued() >= before.0 + 100 && committed() >= before.1 + 100);
    assert!(stats(other).forward_us.count() >= 100);
    assert!(stats(other).forward_us.sum() >= stats(other).forward_us.count(), "nobody answers in no time");
    assert!(stats(leader).commit_us.sum() >= committed(), "no disk syncs in no time");
    assert_eq!((stats(other).queue_us.count(), stats(other).commit_us.count()), (0, 0), "it does not lead");
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_knows_how_far_each_follower_is_behind() {
    let mut cluster = Cluster::start().await;
    put(&cluster.leader, 0..10).await;
    until("both followers have it all", async || lags(&cluster.leader) == BTreeMap::from([(2, 0), (3, 0)]))
        .await;
    assert_eq!(lags(&cluster.others[0]), BTreeMap::new(), "who does not lead does not know");

    let third = cluster.others.pop().unwrap();
    third.stop().await;
    put(&cluster.leader, 10..30).await;
    until("the one that is left has it all, the other not", async || {
        let lags = lags(&cluster.leader);
        lags[&2] == 0 && lags[&3] > 0
    })
    .await;
    cluster.stop().await;
}
