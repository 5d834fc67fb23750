//! A cluster of three nodes with one shard, which the first of them leads.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::command::PutProduct;
use engine::{Command, Description, LogTime, Money, PaymentMode, Settled, ShardId, Span};
use futures_util::StreamExt;
use raft::node::{Config, Node, Timing};
use raft::shard::gate::Open;
use raft::shard::request::Ask;
use raft::shard::stats::ShardStats;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep, timeout};

pub(crate) const SHARD: ShardId = ShardId(0);
/// How long anything may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many products are put at a time.
const AT_ONCE: usize = 1_000;

pub(crate) struct Cluster {
    pub(crate) leader: Node,
    pub(crate) others: Vec<Node>,
    _data: TempDir,
}

impl Cluster {
    pub(crate) async fn start() -> Cluster {
        let data = tempfile::tempdir().unwrap();
        let mut listeners = BTreeMap::new();
        for node in 1..=3 {
            listeners.insert(node, TcpListener::bind("127.0.0.1:0").await.unwrap());
        }
        let members: BTreeMap<u64, String> = listeners
            .iter()
            .map(|(&node, listener)| (node, listener.local_addr().unwrap().to_string()))
            .collect();
        let mut nodes = Vec::new();
        for (node, listener) in listeners {
            let config = config(node, members.clone(), &data);
            nodes.push(Node::start(config, listener, Arc::new(Open)).await.unwrap().0);
        }
        let cluster = Cluster { leader: nodes.remove(0), others: nodes, _data: data };
        until("the first node leads, and all know it", async || {
            cluster.nodes().all(|node| node.leaders().all(|(_, leader)| leader == Some(1)))
        })
        .await;
        cluster
    }

    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Node> {
        std::iter::once(&self.leader).chain(&self.others)
    }

    /// Waits until every node has applied what the leader has.
    pub(crate) async fn settled(&self) {
        until("all nodes have applied the same", async || {
            let applied = stats(&self.leader).applied_index();
            self.nodes().all(|node| stats(node).applied_index() == applied)
        })
        .await;
    }

    pub(crate) async fn stop(self) {
        for node in self.others.into_iter().chain([self.leader]) {
            node.stop().await;
        }
    }
}

fn config(node: u64, members: BTreeMap<u64, String>, data: &TempDir) -> Config {
    let millis = Duration::from_millis;
    Config {
        cluster: "test".to_owned(),
        node,
        http: String::new(),
        members,
        shards: 1,
        data: data.path().join(node.to_string()),
        timing: Timing { heartbeat: millis(100), election_min: millis(1_000), election_max: millis(2_000) },
        segment_bytes: 4 << 20,
        cache_bytes: 16 << 20,
        snapshot_log_bytes: 64 << 20,
        kept_entries: Config::KEPT_ENTRIES,
    }
}

pub(crate) fn stats(node: &Node) -> &ShardStats {
    node.shard_stats().next().expect("it hosts the one shard").1
}

pub(crate) async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let waited = timeout(PATIENCE, async {
        while !condition().await {
            sleep(Duration::from_millis(10)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("waited in vain: {what}"));
}

/// Puts products with these numbers, by way of `node`.
pub(crate) async fn put(node: &Node, numbers: std::ops::Range<usize>) {
    let puts = futures_util::stream::iter(numbers.map(|number| async move {
        let command = Command::PutProduct(Box::new(product(number)));
        node.ask(SHARD, Ask::Command(command, None), Instant::now() + PATIENCE).await
    }));
    let mut answers = puts.buffer_unordered(AT_ONCE);
    while let Some(answer) = answers.next().await {
        assert!(matches!(answer, Ok(Settled::Done { .. })), "{answer:?}");
    }
}

fn product(number: usize) -> PutProduct {
    let description = Description {
        name: "A thing".parse().unwrap(),
        price: Money { amount: 100, currency: "usd".parse().unwrap() },
        stock: 7,
        max_per_buyer: 2,
        max_per_buyer_in_group: None,
        hold: Span::from_secs(60),
        opens_at: LogTime(0),
        closes_at: None,
        payment: PaymentMode::External,
        lanes: 1,
    };
    PutProduct { product: format!("product-{number}").parse().unwrap(), description, if_revision: None }
}
