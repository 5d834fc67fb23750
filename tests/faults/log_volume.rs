//! What the others log while a node is away: that it is, and later that it is back.

use std::future::ready;
use std::time::Duration;

use crate::cluster::{Cluster, Settings, pass, until};

const MEASURED: Duration = Duration::from_secs(3);
/// A few lines: an election, and shards that find their leaders again.
const BYTES_MAX: u64 = 4_000;
const TOLD_WITHIN: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_node_that_is_away_is_told_of_once_and_not_all_the_time() {
    let mut cluster = Cluster::start(Settings::default()).await;
    let others = [1, 2];
    let away = others.map(|node| cluster.node(node).said("unreachable since"));
    let back = others.map(|node| cluster.node(node).said("back after"));
    cluster.kill(&[3]);
    for (node, before) in others.into_iter().zip(away) {
        let told = || ready(cluster.node(node).said("unreachable since") == before + 1);
        until("it is told that node 3 is away", TOLD_WITHIN, told).await;
    }
    let before = others.map(|node| cluster.node(node).log_bytes());
    pass(MEASURED).await;
    for (node, before) in others.into_iter().zip(before) {
        let grown = cluster.node(node).log_bytes() - before;
        assert!(grown < BYTES_MAX, "node {node} logged {grown} bytes in {MEASURED:?}");
    }
    cluster.start_node(3);
    for (node, before) in others.into_iter().zip(back) {
        let told = || ready(cluster.node(node).said("back after") == before + 1);
        until("it is told that node 3 is back", TOLD_WITHIN, told).await;
    }
    for (node, before) in others.into_iter().zip(away) {
        assert_eq!(cluster.node(node).said("unreachable since"), before + 1, "once");
    }
}
