//! What happens to processes, wires and clocks.

use std::time::Duration;

use crate::cluster::{self, Chance, Cluster, NODES, Weather};

/// How long a fault lasts, in milliseconds: some are over before anybody was elected, some long after.
const LASTS_MS: u64 = 2_500;
/// By how much a clock is wrong, either way, in milliseconds: not at all, half a minute, an hour, a day.
const WRONG_BY_MS: [i64; 4] = [0, 30_000, 3_600_000, 86_400_000];

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
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
    WallClock,
}

pub(crate) const FAULTS: [Fault; 12] = [
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
    Fault::WallClock,
];

/// A cluster that things happen to.
pub(crate) struct Havoc<'a> {
    pub(crate) cluster: &'a mut Cluster,
    pub(crate) chance: &'a mut Chance,
}

impl Havoc<'_> {
    /// Has a fault happen, mostly to the leader, and undoes it, but for a clock: that is as it is until the next time.
    pub(crate) async fn strike(&mut self, fault: Fault, leader: u64) {
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
            Fault::WallClock => self.set_the_clock(),
        }
    }

    /// A clock is wrong from now on, or right again. It is the same one each time: of two that are wrong nobody can tell, and what a node
    /// said before its clock was right may still be under way when another's is wrong.
    fn set_the_clock(&mut self) {
        let node = NODES[usize::try_from(self.cluster.seed % 3).expect("below three")];
        let by = self.chance.pick(&WRONG_BY_MS);
        let ahead = if self.chance.below(2) == 0 { by } else { -by };
        self.cluster.story.tell(format!("the clock of {node} is {ahead} ms ahead"));
        self.cluster.clock(node).set(ahead);
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
}
