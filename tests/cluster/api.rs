//! The calls that tests make, and what they read off the answers.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::door::{Answer, Door, Errand, Lost, Sent};
use super::settings::{ADMIN, SERVICE};
use super::shelf::{PRICE, Product};

/// How long a definite answer may take: several elections on a loaded machine.
pub(crate) const SETTLED_WITHIN: Duration = Duration::from_secs(30);

/// The calls to a cluster.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) door: Door,
}

/// An attempt of a buyer, to be sent as often as it takes.
#[derive(Clone, Debug)]
pub(crate) struct Placing {
    pub(crate) product: String,
    pub(crate) buyer: String,
    pub(crate) key: String,
}

/// A shard as a node sees it.
#[derive(Clone, Debug)]
pub(crate) struct ShardState {
    pub(crate) leader: Option<u64>,
    pub(crate) term: u64,
    /// Those that could be reached.
    pub(crate) replicas: Vec<ReplicaState>,
}

/// A replica as a node sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReplicaState {
    pub(crate) node: u64,
    pub(crate) last_log_index: u64,
    pub(crate) applied_index: u64,
    pub(crate) snapshot_index: u64,
}

impl ShardState {
    /// The replica on a node, if that could be reached.
    pub(crate) fn replica(&self, node: u64) -> Option<ReplicaState> {
        self.replicas.iter().copied().find(|replica| replica.node == node)
    }
}

impl Placing {
    /// The attempt as a request.
    pub(crate) fn errand(&self) -> Errand {
        self.of_quantity(1)
    }

    /// The same for `quantity` units: the same key with another body.
    pub(crate) fn of_quantity(&self, quantity: u32) -> Errand {
        let path = format!("/v1/products/{}/reservations", self.product);
        let errand = Errand::new(Method::POST, path).by(&self.buyer).key(&self.key);
        errand.body(json!({ "quantity": quantity }))
    }
}

/// A buyer gives a reservation back.
pub(crate) fn cancel(reservation: &str, buyer: &str) -> Errand {
    Errand::new(Method::DELETE, format!("/v1/reservations/{reservation}")).by(buyer)
}

/// The shop was paid for a reservation.
pub(crate) fn confirm(reservation: &str, buyer: &str) -> Errand {
    let body = json!({ "payment_reference": format!("paid-{buyer}"), "amount": PRICE, "currency": "usd" });
    let errand = Errand::new(Method::POST, format!("/v1/reservations/{reservation}/confirm"));
    errand.by(buyer).key(format!("confirm-{reservation}")).token(SERVICE).body(body)
}

impl Api {
    /// Puts a product on sale.
    pub(crate) async fn put(&self, product: &Product) {
        let path = format!("/v1/products/{}", product.id);
        let errand = Errand::new(Method::PUT, path).token(ADMIN).body(product.form());
        let sent = self.settle(1, &errand).await;
        let answer =
            sent.answer.unwrap_or_else(|| panic!("{} is not put on sale: {:?}", product.id, sent.heard));
        assert!(answer.is_done(), "{} is not put on sale: {answer:?}", product.id);
    }

    /// Sends an errand until its answer is definite.
    pub(crate) async fn settle(&self, first: u64, errand: &Errand) -> Sent {
        self.door.settle(first, errand, SETTLED_WITHIN).await
    }

    /// A reservation as a node gives it.
    pub(crate) async fn reservation(&self, node: u64, id: &str, buyer: &str) -> Result<Answer, Lost> {
        let errand = Errand::new(Method::GET, format!("/v1/reservations/{id}")).by(buyer);
        self.door.send(node, &errand).await
    }

    /// A product's stock as a node shows it.
    pub(crate) async fn stock(&self, node: u64, product: &str) -> Option<Value> {
        let errand = Errand::new(Method::GET, format!("/v1/products/{product}/stock"));
        let answer = self.door.send(node, &errand).await.ok()?;
        answer.is_done().then_some(answer.body)
    }

    /// What the audit says at a node.
    pub(crate) async fn audit(&self, node: u64) -> Option<Value> {
        let answer = self.door.send(node, &Errand::new(Method::GET, "/v1/audit").token(ADMIN)).await.ok()?;
        answer.is_done().then_some(answer.body)
    }

    /// What a gauge or a counter of a node comes to, over all its labels that have `label` among them.
    pub(crate) async fn metric(&self, node: u64, name: &str, label: &str) -> Option<u64> {
        let text = self.door.text(node, &Errand::new(Method::GET, "/metrics").token(ADMIN)).await?;
        let values = text.lines().filter_map(|line| {
            let rest = line.strip_prefix(name)?;
            let (labels, value) = rest.rsplit_once(' ')?;
            let is_it = labels.is_empty() || labels.starts_with('{');
            if is_it && labels.contains(label) { value.parse::<u64>().ok() } else { None }
        });
        Some(values.sum())
    }

    /// How many tasks of the payment saga there are on these nodes.
    pub(crate) async fn payment_tasks(&self, nodes: &[u64]) -> Option<u64> {
        let mut tasks = 0;
        for &node in nodes {
            tasks += self.metric(node, "flashsale_payment_tasks", "").await?;
        }
        Some(tasks)
    }

    /// Whether a node is ready.
    pub(crate) async fn is_ready(&self, node: u64) -> bool {
        let answer = self.door.send(node, &Errand::new(Method::GET, "/readyz")).await;
        answer.is_ok_and(|answer| answer.is_done())
    }

    /// A shard as a node sees it.
    pub(crate) async fn shard(&self, node: u64, shard: u16) -> Option<ShardState> {
        self.shards(node).await?.into_iter().nth(usize::from(shard))
    }

    /// All shards as a node sees them, in their order.
    pub(crate) async fn shards(&self, node: u64) -> Option<Vec<ShardState>> {
        let answer =
            self.door.send(node, &Errand::new(Method::GET, "/v1/cluster").token(ADMIN)).await.ok()?;
        Some(answer.body["shards"].as_array()?.iter().map(shard_state).collect())
    }
}

fn shard_state(shard: &Value) -> ShardState {
    let replicas = shard["replicas"].as_array().into_iter().flatten();
    ShardState {
        leader: shard["leader"].as_u64(),
        term: shard["term"].as_u64().unwrap_or(0),
        replicas: replicas.map(replica_state).collect(),
    }
}

fn replica_state(replica: &Value) -> ReplicaState {
    let number = |field: &str| replica[field].as_u64().unwrap_or(0);
    ReplicaState {
        node: number("node"),
        last_log_index: number("last_log_index"),
        applied_index: number("applied_index"),
        snapshot_index: number("snapshot_index"),
    }
}
