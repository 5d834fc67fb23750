//! The pulse of a cluster: whether every shard takes attempts, found out by attempting.

use std::time::{Duration, Instant};

use super::api::{Api, Placing};
use super::local::NODES;
use super::metronome::Metronome;
use super::shelf::{Product, SHARDS};

/// How long a node may take to answer before the next is asked: a paused one never does.
const ANSWER_WITHIN: Duration = Duration::from_millis(1_000);

/// A product on every shard, for attempts that must be granted.
#[derive(Debug)]
pub(crate) struct Pulse {
    api: Api,
    products: Vec<String>,
    beats: u64,
    metronome: Metronome,
}

impl Pulse {
    /// Puts the products on sale.
    pub(crate) async fn begin(api: &Api) -> Pulse {
        let mut products = Vec::new();
        for shard in 0..SHARDS {
            let product = Product::on_shard(shard, "pulse", 1_000_000);
            api.put(&product).await;
            products.push(product.id);
        }
        let api = Api { door: api.door.answering_within(ANSWER_WITHIN) };
        Pulse { api, products, beats: 0, metronome: Metronome::start() }
    }

    /// Waits until an attempt is granted on every shard, by way of any node, and tells how long after `healed` that was,
    /// less what the machine stood still for.
    pub(crate) async fn is_back(&mut self, healed: Instant, within: Duration) -> Duration {
        self.beats += 1;
        let beat = self.beats;
        let probes = self.products.iter().map(|product| probe(&self.api, product, beat, within));
        for granted in futures_util::future::join_all(probes).await {
            assert!(granted.is_ok(), "{}", granted.expect_err("it is not back"));
        }
        let now = Instant::now();
        (now - healed).saturating_sub(self.metronome.stalled(healed, now))
    }
}

/// An attempt goes to all nodes at once, under the same key: one that hangs must not hide that others answer.
async fn probe(api: &Api, product: &str, beat: u64, within: Duration) -> Result<(), String> {
    let placing = Placing {
        product: product.to_owned(),
        buyer: format!("pulse-{product}-{beat}"),
        key: format!("beat-{beat}"),
    };
    let errand = placing.errand();
    let at_nodes = NODES.map(|node| {
        let errand = errand.clone();
        Box::pin(async move {
            let sent = api.door.settle(node, &errand, within).await;
            match sent.answer {
                Some(answer) if answer.is_done() => Ok(()),
                other => Err(format!("{product} grants nothing: {other:?} after {:?}", sent.heard)),
            }
        })
    });
    let (first, _, _) = futures_util::future::select_all(at_nodes).await;
    first
}
