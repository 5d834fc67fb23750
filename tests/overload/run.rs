//! A run: what the machine can carry, then ten times as many buyers, and what was seen meanwhile.

use std::net::SocketAddr;
use std::time::Duration;

use crate::cluster::{Cluster, NODES, Product, Settings};
use crate::load::Load;
use crate::operator::{Looks, Operator};

/// How many times as many come.
const TIMES: usize = 10;
/// What a granted attempt may take of a node's memory: a hold, its buyer and key, the events, and their place in the lists.
const BYTES_PER_GRANT: u64 = 1 << 10;
/// What else a node's memory may grow by: buffers of connections, and queues up to their bounds.
const BYTES_MORE: u64 = 256 << 20;
/// How long an operator may wait.
const OPERATOR_WAITS: Duration = Duration::from_secs(4);
/// What part of the peak is still sold.
const KEPT: f64 = 0.8;
/// How long the slowest of a hundred waits, of those who are let in.
const SERVED_WITHIN: Duration = Duration::from_secs(4);

/// What a run was like.
pub(crate) struct Run {
    _cluster: Cluster,
    peak: Load,
    pub(crate) overload: Load,
    looks: Looks,
    terms: [Vec<u64>; 2],
    /// The memory of each node before and after, in bytes.
    memory: Vec<(u64, u64)>,
}

impl Run {
    /// Measures what `buyers` buy, then lets ten times as many in.
    pub(crate) async fn make(buyers: usize, peak: Duration, overload: Duration) -> Run {
        let mut cluster = Cluster::start(Settings::default()).await;
        let product = Product::new("shoe", 100_000_000);
        cluster.api.put(&product).await;
        let doors: Vec<SocketAddr> = NODES.iter().map(|&node| cluster.ports.http(node)).collect();
        let peak = Load::press(&product.id, &doors, buyers, peak).await;
        let before = terms(&cluster).await;
        let memory: Vec<u64> = NODES.iter().map(|&node| cluster.node(node).memory_bytes()).collect();
        let operator = Operator::begin(cluster.api.clone());
        let overload = Load::press(&product.id, &doors, TIMES * buyers, overload).await;
        let looks = operator.end().await;
        let memory = memory.into_iter().zip(NODES.map(|node| cluster.node(node).memory_bytes())).collect();
        let terms = [before, terms(&cluster).await];
        let run = Run { _cluster: cluster, peak, overload, looks, terms, memory };
        run.tell();
        run
    }

    fn tell(&self) {
        for (name, load) in [("peak", &self.peak), ("overload", &self.overload)] {
            eprintln!(
                "{name}: {} buyers, {:.0} granted a second, median {:?}, p99 {:?}; {} granted, {} turned away, {} other",
                load.buyers,
                load.goodput(),
                load.waited(500),
                load.waited(10),
                load.granted,
                load.turned_away,
                load.other
            );
        }
        let memory =
            self.memory.iter().map(|(before, after)| format!("{} to {} MiB", before >> 20, after >> 20));
        eprintln!("terms {:?}; {:?}; memory {:?}", self.terms, self.looks, memory.collect::<Vec<_>>());
    }

    pub(crate) fn nobody_was_elected(&self) {
        let [before, after] = &self.terms;
        assert_eq!(before, after, "the terms of the shards");
    }

    pub(crate) fn operators_were_answered(&self) {
        let Looks { answered, unanswered, longest } = self.looks;
        assert!(answered > 0 && unanswered == 0 && longest < OPERATOR_WAITS, "{:?}", self.looks);
    }

    pub(crate) fn memory_stayed(&self) {
        for &(before, after) in &self.memory {
            let allowed = before + self.overload.granted * BYTES_PER_GRANT + BYTES_MORE;
            assert!(
                after <= allowed,
                "{before} bytes became {after}, and {allowed} were expected at the most"
            );
        }
    }

    pub(crate) fn most_was_sold_all_the_same(&self) {
        let (peak, overload) = (self.peak.goodput(), self.overload.goodput());
        assert!(overload >= KEPT * peak, "{overload:.0} a second instead of {peak:.0}");
    }

    pub(crate) fn who_was_let_in_was_served_in_time(&self) {
        let waited = self.overload.waited(10);
        assert!(waited <= SERVED_WITHIN, "the slowest of a hundred waited {waited:?}");
    }
}

/// The term of each shard.
async fn terms(cluster: &Cluster) -> Vec<u64> {
    let shards = cluster.api.shards(1).await.expect("node 1 answers");
    shards.iter().map(|shard| shard.term).collect()
}
