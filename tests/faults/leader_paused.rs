//! The leader hangs for longer than its term lasts, and goes on under load as if nothing had been.

use std::time::{Duration, Instant};

use crate::cluster::invariants::{Verdict, back, check_all, in_order};
use crate::cluster::{Cluster, Crowd, Manners, Product, Pulse, Settings, Watcher, shard_of, until};

const STOCK: u64 = 2_000;

#[tokio::test]
async fn a_leader_that_hung_sells_nothing_twice() {
    let mut cluster = Cluster::start(Settings::default()).await;
    let mut pulse = Pulse::begin(&cluster.api).await;
    // Buyers ask elsewhere while the leader hangs, and it hears of their first attempts when it goes on.
    let patience = Duration::from_millis(700);
    let pause = Duration::from_millis(40);
    let manners = Manners { patience, pause, cancel_percent: 0, restocked: false, ..Manners::default() };
    let crowd = Crowd::enter(&cluster, Product::new("shoe", STOCK), manners).await;
    let watcher = Watcher::begin(&cluster, &crowd);
    let mut outages = Vec::new();
    for _ in 0..2 {
        crowd.buys(50).await;
        outages.push(hang(&mut cluster, &mut pulse).await);
    }
    crowd.reaches(STOCK).await;
    let (deals, samples) = (crowd.leave().await, watcher.end().await);
    assert!(deals.iter().any(|deal| deal.unsure), "the pause met nothing under way");
    check_all(&cluster, &deals, &samples, STOCK, &outages).await;
    Verdict::default().add(in_order::violations(&deals)).holds();
}

/// Pauses the leader until the others have elected another and sold, then lets it go on. Tells the longer of the outages
/// after the pause and after its end.
async fn hang(cluster: &mut Cluster, pulse: &mut Pulse) -> Duration {
    let leader = cluster.leader_of("shoe").await;
    let others = cluster.others(leader);
    let term = cluster.api.shard(leader, shard_of("shoe")).await.expect("it answers").term;
    cluster.pause(leader);
    let paused = Instant::now();
    let successor = cluster.leader_within(shard_of("shoe"), &others).await;
    let away = back::look(pulse, paused).await;
    cluster.resume(leader);
    let resumed = Instant::now();
    let back = back::look(pulse, resumed).await;
    until("the old leader knows that it is not one", Duration::from_secs(10), || async {
        let shard = cluster.api.shard(leader, shard_of("shoe")).await;
        shard.is_some_and(|shard| shard.term > term && shard.leader.is_some())
    })
    .await;
    cluster.story.tell(format!("{successor} led after {leader}, in a term after {term}"));
    away.max(back)
}
