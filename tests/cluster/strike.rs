//! Strikes: somebody is killed at some moment, and started again at another.

use std::time::{Duration, Instant};

use super::chance::Chance;
use super::invariants::back;
use super::local::{Cluster, NODES};
use super::pulse::Pulse;

/// How late a kill may be, from when it is let loose, in milliseconds.
const LATE_MS: u64 = 700;
/// How long the killed may stay down, in milliseconds.
const DOWN_MS: u64 = 1_500;

/// What a strike was like.
#[derive(Clone, Debug)]
pub(crate) struct Strike {
    pub(crate) victims: Vec<u64>,
    /// Whether one of them led the shard that it was aimed at.
    pub(crate) is_at_leader: bool,
    /// How long service was away after it could be back.
    pub(crate) outage: Duration,
}

impl Strike {
    /// Kills somebody at some moment, and starts them again at another. Aims at the shard of `product`.
    pub(crate) async fn make(
        cluster: &mut Cluster,
        pulse: &mut Pulse,
        chance: &mut Chance,
        product: &str,
    ) -> Strike {
        let leader = Strike::aim(cluster, chance, product).await;
        let victims = victims(cluster, chance, leader);
        Strike::fall(cluster, pulse, chance, leader, victims).await
    }

    /// The same, and it is the leader of the shard of `product`.
    pub(crate) async fn at_leader(
        cluster: &mut Cluster,
        pulse: &mut Pulse,
        chance: &mut Chance,
        product: &str,
    ) -> Strike {
        let leader = Strike::aim(cluster, chance, product).await;
        Strike::fall(cluster, pulse, chance, leader, vec![leader]).await
    }

    /// Lets time go by until the strike is due. Gives the leader then.
    async fn aim(cluster: &Cluster, chance: &mut Chance, product: &str) -> u64 {
        // Not to wait for anything: this is when the fault is due.
        tokio::time::sleep(Duration::from_millis(chance.below(LATE_MS))).await;
        cluster.leader_of(product).await
    }

    async fn fall(
        cluster: &mut Cluster,
        pulse: &mut Pulse,
        chance: &mut Chance,
        leader: u64,
        victims: Vec<u64>,
    ) -> Strike {
        cluster.kill(&victims);
        let mut healed = Instant::now();
        tokio::time::sleep(Duration::from_millis(chance.below(DOWN_MS))).await;
        for &victim in &victims {
            cluster.start_node(victim);
        }
        if victims.len() > 1 {
            healed = Instant::now();
        }
        let outage = back::look(pulse, healed).await;
        // At times, the next kill comes before the victims have found their feet.
        if chance.below(3) > 0 {
            cluster.ready().await;
        }
        Strike { is_at_leader: victims.contains(&leader), victims, outage }
    }
}

/// Who is killed: mostly the leader, a follower, two, or all.
fn victims(cluster: &Cluster, chance: &mut Chance, leader: u64) -> Vec<u64> {
    match chance.below(10) {
        0..4 => vec![leader],
        4..7 => vec![chance.pick(&NODES)],
        7..9 => cluster.others(chance.pick(&NODES)).to_vec(),
        _ => NODES.to_vec(),
    }
}
