//! All three nodes are killed at one moment, and started again.

use std::time::{Duration, Instant};

use crate::cluster::invariants::{back, check_all};
use crate::cluster::{Cluster, Crowd, Manners, NODES, Product, Pulse, Settings, Watcher};

const STOCK: u64 = 150;

#[tokio::test]
async fn what_was_acknowledged_is_there_after_all_nodes_were_killed() {
    let mut cluster = Cluster::start(Settings::default()).await;
    let mut pulse = Pulse::begin(&cluster.api).await;
    // So many at once that much is under way at any moment.
    let manners = Manners { buyers: 64, pause: Duration::from_millis(1), ..Manners::default() };
    let crowd = Crowd::enter(&cluster, Product::new("shoe", STOCK), manners).await;
    let watcher = Watcher::begin(&cluster, &crowd);
    let mut outages = Vec::new();
    for _ in 0..2 {
        crowd.buys(300).await;
        cluster.kill(&NODES);
        let healed = Instant::now();
        NODES.into_iter().for_each(|node| cluster.start_node(node));
        outages.push(back::look(&mut pulse, healed).await);
        cluster.ready().await;
    }
    crowd.buys(1).await;
    let (deals, samples) = (crowd.leave().await, watcher.end().await);
    assert!(deals.iter().any(|deal| deal.unsure), "the kills met nothing under way");
    check_all(&cluster, &deals, &samples, STOCK, &outages).await;
}
