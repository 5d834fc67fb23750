//! A planned stop of the leader under load: it hands over, finishes what is under way, and ends with 0.

use std::time::{Duration, Instant};

use crate::cluster::invariants::{back, check_all};
use crate::cluster::{Cluster, Crowd, Manners, Product, Pulse, Settings, Watcher};

const STOCK: u64 = 400;
/// A node that leads nothing any more has nothing to wait for but what is under way: requests are tried for five seconds.
const STOPPED_WITHIN: Duration = Duration::from_secs(4);

#[tokio::test]
async fn a_leader_that_is_told_to_stop_loses_no_answer() {
    let mut cluster = Cluster::start(Settings::default()).await;
    let mut pulse = Pulse::begin(&cluster.api).await;
    let crowd = Crowd::enter(&cluster, Product::new("shoe", STOCK), Manners::default()).await;
    let watcher = Watcher::begin(&cluster, &crowd);
    let mut outages = Vec::new();
    for _ in 0..3 {
        crowd.buys(60).await;
        let leader = cluster.leader_of(&crowd.product()).await;
        let told = Instant::now();
        let (status, outage) = tokio::join!(cluster.stop(leader), back::look(&mut pulse, told));
        let stopped = told.elapsed();
        assert_eq!(status.code(), Some(0), "a planned stop is no failure: {status}");
        assert!(stopped < STOPPED_WITHIN, "requests waited for a leader that was none any more: {stopped:?}");
        assert_eq!(
            cluster.node(leader).said("took the shard over in time"),
            0,
            "every shard was handed over"
        );
        outages.push(outage);
        cluster.start_node(leader);
        cluster.ready().await;
    }
    let (deals, samples) = (crowd.leave().await, watcher.end().await);
    check_all(&cluster, &deals, &samples, STOCK, &outages).await;
}
