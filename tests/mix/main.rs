//! The long mix: whatever can happen to processes, wires and clocks, and whatever the payment provider can do wrong, drawn
//! from a seed, under load, again and again.
//!
//! `FLASHSALE_MINUTES=60 FLASHSALE_SEED=7 cargo test --test mix -- --nocapture` runs the long one; `FLASHSALE_BIN` runs
//! another binary than the one that was built with the test, which must have the feature `offset` of `wall-clock`.

#[path = "../cluster/mod.rs"]
mod cluster;

mod fault;
mod payers;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use cluster::invariants::{Verdict, back, check_answers, check_books, conserved};
use cluster::{Chance, Cluster, Crowd, Deal, Manners, Product, Pulse, Settings, Watcher};
use fault::{FAULTS, Fault, Havoc};
use payers::Payers;

/// How many units each product has.
const STOCK: u64 = 60;
/// After how many faults all is checked.
const FAULTS_PER_ROUND: usize = 5;
/// How long it goes on unless `FLASHSALE_MINUTES` says otherwise.
const MINUTES: f64 = 0.5;
/// How late a fault may be, from when it is let loose, in milliseconds.
const LATE_MS: u64 = 500;

#[tokio::test]
async fn anything_happens_at_any_moment() {
    let minutes = std::env::var("FLASHSALE_MINUTES").map_or(MINUTES, |text| text.parse().expect("a number"));
    let until = Instant::now() + Duration::from_secs_f64(60.0 * minutes);
    let mut mix = Mix::begin().await;
    while Instant::now() < until || mix.fired.is_empty() {
        mix.round().await;
        mix.tell();
    }
    // What was acknowledged before any of the faults is there after all of them.
    check_books(&mix.cluster, &mix.deals).await;
    check_answers(&mix.cluster, &mix.deals).await;
    mix.payers.check(&mix.cluster).await;
    mix.tell();
    assert!(mix.deals.iter().any(|deal| deal.unsure), "the faults met nothing under way");
}

struct Mix {
    cluster: Cluster,
    pulse: Pulse,
    chance: Chance,
    payers: Payers,
    deals: Vec<Deal>,
    fired: BTreeMap<Fault, u64>,
    rounds: u64,
}

impl Mix {
    async fn begin() -> Mix {
        let mut cluster = Cluster::prepare(Settings { banked: true, ..Settings::small() });
        let payers = Payers::prepare(&cluster).await;
        cluster.string_wires().await;
        cluster.clock_all();
        cluster.begin().await;
        let pulse = Pulse::begin(&cluster.api).await;
        let chance = Chance::new(cluster.seed, u64::MAX);
        Mix { cluster, pulse, chance, payers, deals: Vec::new(), fired: BTreeMap::new(), rounds: 0 }
    }

    /// A crowd buys while faults happen; then all that was acknowledged is checked.
    async fn round(&mut self) {
        let product = Product::new(format!("drop-{}", self.rounds), STOCK);
        self.rounds += 1;
        let patience = Duration::from_millis(1_500);
        let pause = Duration::from_millis(10);
        let manners = Manners { buyers: 24, pause, patience, ..Manners::default() };
        let crowd = Crowd::enter(&self.cluster, product, manners).await;
        let watcher = Watcher::begin(&self.cluster, &crowd);
        let paying = self.payers.come(&self.cluster, self.rounds).await;
        let mut outages = Vec::new();
        for _ in 0..FAULTS_PER_ROUND {
            crowd.buys(1).await;
            // Not to wait for anything: this is when the fault is due.
            cluster::pass(Duration::from_millis(self.chance.below(LATE_MS))).await;
            let fault = self.chance.pick(&FAULTS);
            *self.fired.entry(fault).or_default() += 1;
            self.cluster.story.tell(format!("{fault:?}"));
            let leader = self.cluster.leader_of(&crowd.product()).await;
            let (cluster, chance) = (&mut self.cluster, &mut self.chance);
            Havoc { cluster, chance }.strike(fault, leader).await;
            outages.push(back::look(&mut self.pulse, Instant::now()).await);
            // At times, the next fault comes before all have found their feet.
            if self.chance.below(3) > 0 {
                self.cluster.ready().await;
            }
        }
        self.cluster.ready().await;
        let (deals, samples) = (crowd.leave().await, watcher.end().await);
        assert!(deals.iter().any(|deal| deal.reservation().is_some()), "nothing was sold");
        let mut verdict = Verdict::default();
        verdict.add(conserved::violations(&samples, STOCK)).add(back::violations(&outages)).holds();
        check_books(&self.cluster, &deals).await;
        self.deals.extend(deals);
        self.payers.leave(&self.cluster, paying).await;
    }

    /// Prints the figures so far. There is no violation among them: the first ends the test.
    fn tell(&self) {
        let fired: u64 = self.fired.values().sum();
        let granted = self.deals.iter().filter(|deal| deal.reservation().is_some()).count();
        let unsure = self.deals.iter().filter(|deal| deal.unsure).count();
        let sends: u64 = self.deals.iter().map(|deal| u64::from(deal.sends)).sum();
        eprintln!(
            "seed {}: {} rounds, {fired} faults {:?}; {} attempts in {sends} sends, {granted} granted, {unsure} unsure on \
             the way; {}; 0 violations",
            self.cluster.seed,
            self.rounds,
            self.fired,
            self.deals.len(),
            self.payers.told()
        );
    }
}
