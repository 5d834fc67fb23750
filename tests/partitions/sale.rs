//! The sale that goes on while something happens to the wires, and the verdict on it.

use std::time::{Duration, Instant};

use crate::cluster::invariants::{Verdict, back, check_all, in_order};
use crate::cluster::{Cluster, Crowd, Deal, Manners, Product, Pulse, Settings, Watcher, Weather, shard_of};

/// How many units there are: what is left at the end is bought then, and some are told `sold_out`.
const STOCK: u64 = 500;
const NAME: &str = "shoe";

/// A sale on a cluster with wires.
pub(crate) struct Sale {
    pub(crate) cluster: Cluster,
    pulse: Pulse,
    crowd: Crowd,
    watcher: Watcher,
    outages: Vec<Duration>,
}

impl Sale {
    /// Opens the sale, and waits until it is well under way.
    pub(crate) async fn open() -> Sale {
        Sale::open_on(Cluster::wired(Settings::default()).await).await
    }

    pub(crate) async fn open_on(cluster: Cluster) -> Sale {
        let pulse = Pulse::begin(&cluster.api).await;
        // Buyers ask elsewhere where a node hears of nobody. No unit comes back: so the order of grants can be checked.
        let patience = Duration::from_millis(700);
        let pause = Duration::from_millis(100);
        let slow = Manners { buyers: 8, patience, pause, ..Manners::default() };
        let manners = Manners { cancel_percent: 0, restocked: false, ..slow };
        let crowd = Crowd::enter(&cluster, Product::new(NAME, STOCK), manners).await;
        let watcher = Watcher::begin(&cluster, &crowd);
        let sale = Sale { cluster, pulse, crowd, watcher, outages: Vec::new() };
        sale.goes_on().await;
        sale
    }

    /// Waits until more is sold.
    pub(crate) async fn goes_on(&self) {
        self.crowd.buys(20).await;
    }

    /// The product on sale.
    pub(crate) fn product(&self) -> &'static str {
        NAME
    }

    /// The node that leads its shard.
    pub(crate) async fn leader(&self) -> u64 {
        self.cluster.leader_of(NAME).await
    }

    /// The term of its shard, as `node` knows it.
    pub(crate) async fn term(&self, node: u64) -> u64 {
        self.cluster.api.shard(node, shard_of(NAME)).await.expect("the node answers").term
    }

    /// Waits until one of `nodes` leads, by their word.
    pub(crate) async fn led_by(&self, nodes: &[u64]) -> u64 {
        let leader = self.cluster.leader_within(shard_of(NAME), nodes).await;
        self.cluster.story.tell(format!("{leader} leads"));
        leader
    }

    /// Expects service to be back in time from now on, on every shard: something happened that leaves a majority.
    pub(crate) async fn is_back(&mut self) {
        let outage = back::look(&mut self.pulse, Instant::now()).await;
        self.outages.push(outage);
    }

    /// Lets the weather clear up everywhere, and expects service to be back in time.
    pub(crate) async fn heal(&mut self) {
        self.cluster.weather_everywhere(Weather::Fair);
        self.is_back().await;
    }

    /// Sells the rest, and checks all. `more` deals were made beside those of the crowd.
    pub(crate) async fn close(self, more: Vec<Deal>) {
        let Sale { mut cluster, crowd, watcher, outages, .. } = self;
        cluster.ready().await;
        let own =
            u64::try_from(more.iter().filter(|deal| deal.reservation().is_some()).count()).expect("few");
        crowd.hurry();
        crowd.reaches(STOCK - own).await;
        let (mut deals, samples) = (crowd.leave().await, watcher.end().await);
        deals.extend(more);
        check_all(&cluster, &deals, &samples, STOCK, &outages).await;
        Verdict::default().add(in_order::violations(&deals)).holds();
    }
}
