//! Everything at once: the provider loses answers, forgets, refuses and stalls, its events are lost, doubled, late and
//! forged, buyers leave and come back late, money is given back, and nodes are killed at any moment. In the end all is
//! settled, and by the provider's own ledger nobody has paid twice, for nothing, or too late.
//!
//! `FLASHSALE_PAYMENTS=1000 FLASHSALE_SEED=7 cargo test --test chaos_payments -- --nocapture` runs the long one, in which
//! some buyers never answer their bank, and some calls are not answered before the client gives up.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::Semaphore;

use crate::books::{Books, Ends};
use crate::buyers::{Goods, buyer};
use crate::cluster::invariants::{Verdict, back, check_settled, conserved, in_time, judge};
use crate::cluster::{Bank, Chance, Cluster, Customer, Fate, NODES, Product, Pulse, Shelf, Strike, Watcher};
use crate::cluster::{Settings, shard_of, until, until_none};
use crate::forger::Forger;
use crate::mix::Mix;
use crate::sale::{PRODUCT, Sale};
use crate::tally::{PAYMENTS_PER_STRIKE, Tally};
use crate::visit::{Shop, Visit};

/// How many pay unless `FLASHSALE_PAYMENTS` says otherwise.
const PAYMENTS: usize = 150;
/// From how many on a run is long.
const LONG: usize = 500;
/// How many are at the counter at once.
const AT_ONCE: usize = 32;
/// How many payments are under way when nodes are killed, at least.
const UNDER_WAY: u64 = 8;
/// How long the holds last that end while they are paid.
const SHORT_SECONDS: u64 = 5;
/// How long it may take until as many are served as a kill waits for.
const SERVED_WITHIN: Duration = Duration::from_secs(120);
/// How long a payment may take: its two minutes, and an undoing whose answers are lost.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often refunds that arrived are looked at again: what the bank returns, and tells by an event that is lost, is
/// known before the test is over.
const RECHECK: &str = "5s";
/// How long it may take, once all have gone, until nothing is open. What stalls is given up after eighty seconds, and
/// the waits between tries grow up to sixty.
const SETTLED_WITHIN: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_payment_ends_well_whatever_fails() {
    let payments =
        std::env::var("FLASHSALE_PAYMENTS").map_or(PAYMENTS, |payments| payments.parse().expect("a number"));
    let (began, is_long) = (Instant::now(), payments >= LONG);
    let script = |seed| Mix::of(seed, is_long).script();
    let settings = Settings { refund_recheck: Some(RECHECK), ..Settings::banked() };
    let Sale { mut cluster, bank, till, watcher } = Sale::open_with(settings, payments as u64, script).await;
    let (bank, mix) = (Arc::new(bank), Mix::of(cluster.seed, is_long));
    let (goods, short_watcher) = open_short(&cluster, payments).await;
    let forger = Forger::begin(&cluster, Arc::clone(&bank));
    let shop = Shop {
        api: cluster.api.clone(),
        till: till.patient(PATIENCE),
        story: cluster.story.clone(),
        seed: cluster.seed,
    };
    let customers = (0..payments).map(|number| buyer(cluster.seed, number, &goods, is_long));
    let customers: Vec<Customer> = customers.collect();
    let served = Arc::new(AtomicU64::new(0));
    let crowd = tokio::spawn(serve_all(shop.clone(), customers.clone(), Arc::clone(&served)));
    let strikes = strike(&mut cluster, &shop, &goods, payments, &served).await;
    let visits = crowd.await.expect("no buyer meets what must not be");
    cluster.ready().await;
    let forged = forger.end().await;
    cluster.story.tell(format!("all have gone; struck {:?}", mix.struck(&bank)));

    let mut samples = watcher.end().await;
    samples.extend(short_watcher.end().await);
    let outages: Vec<Duration> = strikes.iter().map(|strike| strike.outage).collect();
    let mut verdict = Verdict::default();
    verdict.add(conserved::violations(&samples, payments as u64)).add(back::violations(&outages)).holds();
    let ends = settle(&cluster, &bank, &goods, &visits).await;
    check_settled(&cluster, &bank, &[&goods.long, &goods.short], &ends.deals).await;
    check_alarms(&cluster, &ends).await;
    check_attempts(&cluster, &customers, &ends).await;
    let mut verdict = Verdict::default();
    verdict.add(in_time::violations(&ends.courses)).add(intents(&bank, &mix, &ends)).add(mix.spared(&bank));
    let tally = Tally::of(&visits, &ends, &strikes, &forged);
    verdict.add(tally.missing(is_long)).add(forged.wrong).holds();
    let struck = mix.struck(&bank).into_iter().filter(|((kind, _), _)| !kind.starts_with("webhook"));
    let faults: u64 = struck.map(|(_, times)| times).sum();
    let (took, back) = (began.elapsed(), outages.iter().max());
    eprintln!(
        "seed {}, {faults} faults in {took:.1?}, back after at most {back:.1?}: {tally:?}",
        cluster.seed
    );
}

/// Puts on sale what is held for a short time, on another shard.
async fn open_short(cluster: &Cluster, payments: usize) -> (Goods, Watcher) {
    let other = (shard_of(PRODUCT) + 1) % 3;
    let short = Product::on_shard(other, "dash", payments as u64).holding(SHORT_SECONDS).paid_at_the_bank();
    let goods = Goods { long: PRODUCT.to_owned(), short: short.id.clone() };
    let shelf = Shelf::open(cluster.api.clone(), short, false).await;
    (goods, Watcher::watch(cluster, shelf))
}

/// Serves everybody, so many at once. Those who leave their payment alone do not stand in the way of others.
async fn serve_all(shop: Shop, customers: Vec<Customer>, served: Arc<AtomicU64>) -> Vec<Visit> {
    let counter = Arc::new(Semaphore::new(AT_ONCE));
    let visits = customers.into_iter().enumerate().map(|(number, customer)| {
        let (shop, counter, served) = (shop.clone(), Arc::clone(&counter), Arc::clone(&served));
        tokio::spawn(async move {
            let turn = counter.acquire_owned().await.expect("nobody closes the counter");
            let visit = shop.serve(&customer, number).await;
            drop(turn);
            served.fetch_add(1, Relaxed);
            shop.watch(visit).await
        })
    });
    let visits: Vec<_> = visits.collect();
    join_all(visits).await.into_iter().map(|visit| visit.expect("no buyer meets what must not be")).collect()
}

/// Kills nodes again and again while people pay, every other time a leader, of either product's shard.
async fn strike(
    cluster: &mut Cluster,
    shop: &Shop,
    goods: &Goods,
    payments: usize,
    served: &AtomicU64,
) -> Vec<Strike> {
    let mut pulse = Pulse::begin(&cluster.api).await;
    let mut chance = Chance::new(cluster.seed, u64::MAX);
    let mut strikes = Vec::new();
    let count = (payments / PAYMENTS_PER_STRIKE).max(1);
    for number in 1..=count {
        let enough = (payments * number / (count + 2)) as u64;
        until("enough are served, and others are paying", SERVED_WITHIN, || {
            ready(served.load(Relaxed) >= enough && shop.till.under_way() >= UNDER_WAY)
        })
        .await;
        let target = chance.pick(&[&goods.long, &goods.short]);
        let strike = match number % 2 {
            1 => Strike::at_leader(cluster, &mut pulse, &mut chance, target).await,
            _ => Strike::make(cluster, &mut pulse, &mut chance, target).await,
        };
        cluster.story.tell(format!("{strike:?}; {} served", served.load(Relaxed)));
        strikes.push(strike);
    }
    strikes
}

/// Waits until nothing is open. Gives what became of everything.
async fn settle(cluster: &Cluster, bank: &Bank, goods: &Goods, visits: &[Visit]) -> Ends {
    let unknown = visits.iter().filter(|visit| visit.deal.fate == Fate::Unknown);
    let unknown = unknown.map(|visit| format!("I10: nothing definite, to the end: {visit:?}")).collect();
    judge(bank, unknown);
    let books = Books { api: &cluster.api, bank, goods };
    until_none("nothing is open any more", SETTLED_WITHIN, || books.left_open()).await;
    let mut ends = books.ends(visits).await;
    judge(bank, std::mem::take(&mut ends.wrong));
    ends
}

/// Every order whose money is gone has its alarm, or whose unit is with another while the bank returned the refund, at
/// every node, and there are no others.
async fn check_alarms(cluster: &Cluster, ends: &Ends) {
    let mut wrong = Vec::new();
    for node in NODES {
        let expected = [
            ("unsettled", 0),
            ("compensating", 0),
            ("capture_failed", ends.cancelled as u64),
            ("refund_returned", ends.returned as u64),
        ];
        for (kind, expected) in expected {
            let label = format!("kind=\"{kind}\"");
            let alarms = cluster.api.metric(node, "flashsale_payment_alarms", &label).await;
            if alarms != Some(expected) {
                wrong.push(format!("I5: node {node} has {alarms:?} alarms {kind}, expected are {expected}"));
            }
        }
    }
    Verdict::default().add(wrong).holds();
}

/// I7: every attempt that was granted has the same answer still.
async fn check_attempts(cluster: &Cluster, customers: &[Customer], ends: &Ends) {
    let mut wrong = Vec::new();
    for (customer, deal) in customers.iter().zip(&ends.deals) {
        let Some(reservation) = deal.reservation() else { continue };
        let sent = cluster.api.settle(1, &customer.attempt()).await;
        let same = sent
            .answer
            .as_ref()
            .is_some_and(|answer| answer.is_done() && answer.replayed && answer.text("id") == reservation);
        if !same {
            wrong.push(format!("I7: granted as {deal:?}, but asked again: {sent:?}"));
        }
    }
    Verdict::default().add(wrong).holds();
}

/// However often a step was repeated, there is at most one intent for each try; and one more for each that was made and
/// then denied, whose id nobody was told.
fn intents(bank: &Bank, mix: &Mix, ends: &Ends) -> Vec<String> {
    let denied = mix.struck(bank)[&("error_after", "create")];
    let intents = bank.ledger().len() as u64;
    let is_right = intents <= ends.tries + denied;
    let wrong =
        (!is_right).then(|| format!("I4: {intents} intents for {} tries, {denied} denied", ends.tries));
    wrong.into_iter().collect()
}
