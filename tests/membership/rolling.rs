//! Every node is stopped and started in turn while a crowd buys: whoever is put off with 503 or 504 is answered definitely
//! soon, under the same key.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::cluster::invariants::{back, check_all};
use crate::cluster::{Cluster, Crowd, Manners, NODES, Placing, Product, Pulse, Sent, Settings, Watcher};

const STOCK: u64 = 400;
/// How many patrons there are.
const PATRONS: u64 = 12;
/// How soon whoever was put off has a definite answer.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);
/// How long a definite answer is waited for all the same, to tell late from never.
const WAIT_MAX: Duration = Duration::from_secs(20);
/// How often each node is restarted.
const ROUNDS: usize = 2;

/// Comes again and again, at a node of their own and then at the others, until `closing`. Gives what came of each visit.
async fn patron(
    cluster: crate::cluster::Api,
    product: String,
    number: u64,
    closing: Arc<AtomicBool>,
) -> Vec<Sent> {
    let mut visits = Vec::new();
    while !closing.load(Relaxed) {
        let (visit, product) = (visits.len(), product.clone());
        let buyer = format!("patron-{number}-{visit}");
        let placing = Placing { product, key: format!("of-{buyer}"), buyer };
        let first = NODES[usize::try_from(number).expect("small") % NODES.len()];
        visits.push(cluster.door.settle(first, &placing.errand(), WAIT_MAX).await);
        // The load, and not a wait for anything.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    visits
}

#[tokio::test]
async fn whoever_is_put_off_in_a_rolling_restart_is_answered_soon() {
    let mut cluster = Cluster::start(Settings::default()).await;
    let mut pulse = Pulse::begin(&cluster.api).await;
    let crowd = Crowd::enter(&cluster, Product::new("shoe", STOCK), Manners::default()).await;
    let watcher = Watcher::begin(&cluster, &crowd);
    let closing = Arc::new(AtomicBool::new(false));
    let mut patrons = Vec::new();
    for number in 0..PATRONS {
        let shard = u16::try_from(number % 3).expect("small");
        let product = Product::on_shard(shard, &format!("patron{number}"), 1_000_000);
        cluster.api.put(&product).await;
        patrons.push(tokio::spawn(patron(cluster.api.clone(), product.id, number, Arc::clone(&closing))));
    }
    let mut outages = Vec::new();
    for node in NODES.into_iter().cycle().take(ROUNDS * NODES.len()) {
        crowd.buys(20).await;
        let told = Instant::now();
        let (status, outage) = tokio::join!(cluster.stop(node), back::look(&mut pulse, told));
        assert_eq!(status.code(), Some(0), "a planned stop is no failure: {status}");
        outages.push(outage);
        cluster.start_node(node);
        cluster.ready().await;
    }
    crowd.buys(20).await;
    closing.store(true, Relaxed);
    let mut visits = Vec::new();
    for patron in patrons {
        visits.extend(patron.await.expect("no patron meets what must not be"));
    }
    let put_off: Vec<&Sent> = visits.iter().filter(|sent| sent.put_off.is_some()).collect();
    let wait = |sent: &Sent| sent.put_off.map_or(Duration::ZERO, |since| sent.ended - since);
    let longest = put_off.iter().map(|sent| wait(sent)).max();
    let slowest = visits.iter().map(|sent| sent.ended - sent.began).max();
    cluster.story.tell(format!(
        "{} visits, {} put off, for {longest:?} at most; the longest visit took {slowest:?}",
        visits.len(),
        put_off.len()
    ));
    eprintln!(
        "{} visits, {} put off, {longest:?} at most; longest {slowest:?}; back {outages:?}",
        visits.len(),
        put_off.len()
    );
    assert!(visits.iter().any(|sent| !sent.heard.is_empty()), "nobody noticed anything: not a test");
    let late: Vec<&&Sent> = put_off.iter().filter(|sent| wait(sent) > ANSWERED_WITHIN).collect();
    assert!(late.is_empty(), "answered late: {late:#?}");
    for sent in &visits {
        assert!(sent.answer.as_ref().is_some_and(|answer| answer.is_done()), "not granted: {sent:?}");
    }
    let (deals, samples) = (crowd.leave().await, watcher.end().await);
    check_all(&cluster, &deals, &samples, STOCK, &outages).await;
}
