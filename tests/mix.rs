//! The long mix: whatever can happen to processes and wires, drawn from a seed, under load, again and again.
//!
//! `FLASHSALE_MINUTES=60 FLASHSALE_SEED=7 cargo test --test mix -- --nocapture` runs the long one; `FLASHSALE_BIN` runs
//! another binary than the one that was built with the test.

mod cluster;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use cluster::invariants::{Verdict, back, check_answers, check_books, conserved};
use cluster::{Chance, Cluster, Crowd, Deal, Manners, NODES, Product, Pulse, Settings, Watcher, Weather};

/// How many units each product has.
const STOCK: u64 = 60;
/// After how many faults all is checked.
const FAULTS_PER_ROUND: usize = 5;
/// How long it goes on unless `FLASHSALE_MINUTES` says otherwise.
const MINUTES: f64 = 0.5;
/// How long a fault lasts, in milliseconds: some are over before anybody was elected, some long after.
const LASTS_MS: u64 = 2_500;
/// How late a fault may be, from when it is let loose, in milliseconds.
const LATE_MS: u64 = 500;

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    KillOne,
    KillTwo,
    KillAll,
    Pause,
    Isolate,
    OneWay,
    Bridge,
    SlowWires,
    RoughWires,
    IsolateAndKill,
    HandOver,
}

const FAULTS: [Fault; 11] = [
    Fault::KillOne,
    Fault::KillTwo,
    Fault::KillAll,
    Fault::Pause,
    Fault::Isolate,
    Fault::OneWay,
    Fault::Bridge,
    Fault::SlowWires,
    Fault::RoughWires,
    Fault::IsolateAndKill,
    Fault::HandOver,
];

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
    mix.tell();
    assert!(mix.deals.iter().any(|deal| deal.unsure), "the faults met nothing under way");
}

struct Mix {
    cluster: Cluster,
    pulse: Pulse,
    chance: Chance,
    deals: Vec<Deal>,
    fired: BTreeMap<Fault, u64>,
    rounds: u64,
}

impl Mix {
    async fn begin() -> Mix {
        let cluster = Cluster::wired(Settings::small()).await;
        let pulse = Pulse::begin(&cluster.api).await;
        let chance = Chance::new(cluster.seed, u64::MAX);
        Mix { cluster, pulse, chance, deals: Vec::new(), fired: BTreeMap::new(), rounds: 0 }
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
        let mut outages = Vec::new();
        for _ in 0..FAULTS_PER_ROUND {
            crowd.buys(1).await;
            // Not to wait for anything: this is when the fault is due.
            cluster::pass(Duration::from_millis(self.chance.below(LATE_MS))).await;
            let fault = self.chance.pick(&FAULTS);
            *self.fired.entry(fault).or_default() += 1;
            self.cluster.story.tell(format!("{fault:?}"));
            let leader = self.cluster.leader_of(&crowd.product()).await;
            self.strike(fault, leader).await;
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
    }

    /// Has a fault happen, mostly to the leader, and undoes it.
    async fn strike(&mut self, fault: Fault, leader: u64) {
        let victim = if self.chance.below(2) == 0 { leader } else { self.chance.pick(&NODES) };
        let [one, other] = self.cluster.others(victim);
        match fault {
            Fault::KillOne => self.kill(&[victim]).await,
            Fault::KillTwo => self.kill(&[victim, one]).await,
            Fault::KillAll => self.kill(&NODES).await,
            Fault::Pause => {
                self.cluster.pause(victim);
                self.lasts().await;
                self.cluster.resume(victim);
            }
            Fault::Isolate => {
                let weather = self.parting();
                self.cluster.weather_around(victim, weather);
                self.clears_up().await;
            }
            Fault::OneWay => {
                let weather = self.parting();
                let (from, to) = if self.chance.below(2) == 0 { (victim, one) } else { (other, victim) };
                self.cluster.weather(from, to, weather);
                self.clears_up().await;
            }
            Fault::Bridge => {
                let weather = self.parting();
                self.cluster.weather_between(victim, one, weather);
                self.clears_up().await;
            }
            Fault::SlowWires => {
                let delay = Duration::from_millis(5 + self.chance.below(60));
                self.cluster.weather_everywhere(Weather::Slow(delay));
                self.clears_up().await;
            }
            Fault::RoughWires => {
                let weather = Weather::Rough { lost_percent: 20, reset_permille: self.chance.below(10) };
                self.cluster.weather_everywhere(weather);
                self.clears_up().await;
            }
            Fault::IsolateAndKill => {
                let weather = self.parting();
                self.cluster.weather_around(one, weather);
                self.kill(&[other]).await;
                self.clears_up().await;
            }
            Fault::HandOver => {
                let status = self.cluster.stop(leader).await;
                assert!(status.success(), "a planned stop is no failure: {status}");
                self.lasts().await;
                self.cluster.start_node(leader);
            }
        }
    }

    async fn kill(&mut self, victims: &[u64]) {
        self.cluster.kill(victims);
        self.lasts().await;
        victims.iter().for_each(|&victim| self.cluster.start_node(victim));
    }

    fn parting(&mut self) -> Weather {
        self.chance.pick(&[Weather::Silent, Weather::Cut, Weather::Deaf])
    }

    async fn lasts(&mut self) {
        cluster::pass(Duration::from_millis(self.chance.below(LASTS_MS))).await;
    }

    async fn clears_up(&mut self) {
        self.lasts().await;
        self.cluster.weather_everywhere(Weather::Fair);
    }

    /// Prints the figures so far. There is no violation among them: the first ends the test.
    fn tell(&self) {
        let fired: u64 = self.fired.values().sum();
        let granted = self.deals.iter().filter(|deal| deal.reservation().is_some()).count();
        let unsure = self.deals.iter().filter(|deal| deal.unsure).count();
        let sends: u64 = self.deals.iter().map(|deal| u64::from(deal.sends)).sum();
        eprintln!(
            "seed {}: {} rounds, {fired} faults {:?}; {} attempts in {sends} sends, {granted} granted, {unsure} unsure on \
             the way, 0 violations",
            self.cluster.seed,
            self.rounds,
            self.fired,
            self.deals.len()
        );
    }
}
