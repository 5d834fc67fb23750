//! The leader of the product on sale is killed, again and again, in one sale.

use std::time::Instant;

use crate::cluster::invariants::{Verdict, back, check_all, in_order};
use crate::cluster::{Cluster, Crowd, Manners, Product, Pulse, Settings, Watcher};

const STOCK: u64 = 2_000;
const KILLS: usize = 4;

#[tokio::test]
async fn the_leader_is_killed_several_times_in_one_sale() {
    let mut cluster = Cluster::start(Settings::default()).await;
    let mut pulse = Pulse::begin(&cluster.api).await;
    // Nobody gives anything back, so that what is sold out stays so.
    let manners = Manners { cancel_percent: 0, restocked: false, ..Manners::default() };
    let crowd = Crowd::enter(&cluster, Product::new("shoe", STOCK), manners).await;
    let watcher = Watcher::begin(&cluster, &crowd);
    let mut outages = Vec::new();
    for _ in 0..KILLS {
        crowd.buys(50).await;
        let leader = cluster.leader_of("shoe").await;
        cluster.kill(&[leader]);
        let killed = Instant::now();
        outages.push(back::look(&mut pulse, killed).await);
        crowd.buys(1).await;
        cluster.start_node(leader);
        cluster.ready().await;
    }
    crowd.reaches(STOCK).await;
    let (deals, samples) = (crowd.leave().await, watcher.end().await);
    check_all(&cluster, &deals, &samples, STOCK, &outages).await;
    let granted = deals.iter().filter(|deal| deal.reservation().is_some()).count();
    assert_eq!(granted as u64, STOCK, "exactly what there is was granted");
    Verdict::default().add(in_order::violations(&deals)).holds();
}
