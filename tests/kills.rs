//! The kill loop: any process, at any moment, under load, again and again, from a seed.
//!
//! `FLASHSALE_KILLS=200 FLASHSALE_SEED=7 cargo test --test kills -- --nocapture` runs the long one; `FLASHSALE_BIN` runs
//! another binary than the one that was built with the test.

mod cluster;

use std::time::Duration;

use cluster::invariants::{Verdict, back, check_answers, check_books, conserved};
use cluster::{Chance, Cluster, Crowd, Deal, Manners, Product, Pulse, Settings, Strike, Watcher};

/// How many units each product has.
const STOCK: u64 = 60;
/// After how many kills all is checked.
const KILLS_PER_ROUND: u64 = 5;
/// How many kills there are unless `FLASHSALE_KILLS` says otherwise.
const KILLS: u64 = 10;

#[tokio::test]
async fn any_process_is_killed_at_any_moment() {
    let kills = std::env::var("FLASHSALE_KILLS").map_or(KILLS, |kills| kills.parse().expect("a number"));
    let mut cluster = Cluster::start(Settings::small()).await;
    let mut chance = Chance::new(cluster.seed, u64::MAX);
    let mut pulse = Pulse::begin(&cluster.api).await;
    let (mut all, mut done) = (Vec::new(), 0);
    while done < kills {
        let count = KILLS_PER_ROUND.min(kills - done);
        let deals = round(&mut cluster, &mut pulse, &mut chance, done, count).await;
        check_books(&cluster, &deals).await;
        all.extend(deals);
        done += count;
        let granted = all.iter().filter(|deal| deal.reservation().is_some()).count();
        let unsure = all.iter().filter(|deal| deal.unsure).count();
        let attempts = all.len();
        eprintln!(
            "{done} of {kills} kills: {attempts} attempts, {granted} granted, {unsure} unsure on the way"
        );
    }
    // What was acknowledged before any of the kills is there after all of them.
    check_books(&cluster, &all).await;
    check_answers(&cluster, &all).await;
    assert!(all.iter().any(|deal| deal.unsure), "the kills met nothing under way");
}

/// A crowd buys while `count` kills happen. Gives the deals.
async fn round(
    cluster: &mut Cluster,
    pulse: &mut Pulse,
    chance: &mut Chance,
    done: u64,
    count: u64,
) -> Vec<Deal> {
    let product = Product::new(format!("drop-{done}"), STOCK);
    let manners = Manners { buyers: 32, pause: Duration::from_millis(5), ..Manners::default() };
    let crowd = Crowd::enter(cluster, product, manners).await;
    let watcher = Watcher::begin(cluster, &crowd);
    let mut outages = Vec::new();
    for _ in 0..count {
        crowd.buys(1).await;
        outages.push(Strike::make(cluster, pulse, chance, &crowd.product()).await.outage);
    }
    let (deals, samples) = (crowd.leave().await, watcher.end().await);
    cluster.story.tell(format!("{count} kills, {} attempts, back after {outages:?}", deals.len()));
    assert!(deals.iter().any(|deal| deal.reservation().is_some()), "nothing was sold");
    let mut verdict = Verdict::default();
    verdict.add(conserved::violations(&samples, STOCK)).add(back::violations(&outages)).holds();
    deals
}
