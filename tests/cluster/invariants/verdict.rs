//! The verdict on a run: every invariant that it touched, and that something was sold at all.

use std::collections::BTreeMap;
use std::time::Duration;

use super::accounted::Units;
use super::conserved::Sample;
use super::{accounted, agreed, answered_once, audited, back, conserved, durable};
use crate::cluster::api::ShardState;
use crate::cluster::deal::{Deal, Fate, Outcome};
use crate::cluster::local::Cluster;
use crate::cluster::shelf::SHARDS;
use crate::cluster::wait::{until, until_some};

/// How long a node may take to answer an audit or a look at stock.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// How many violations are told.
const TOLD_MAX: usize = 10;

/// What a run came to.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    violations: Vec<String>,
}

impl Verdict {
    /// Takes in what an invariant found.
    pub(crate) fn add(&mut self, violations: Vec<String>) -> &mut Verdict {
        self.violations.extend(violations);
        self
    }

    /// Fails the test if anything was found.
    #[track_caller]
    pub(crate) fn holds(&self) {
        let told: Vec<&String> = self.violations.iter().take(TOLD_MAX).collect();
        assert!(told.is_empty(), "{} violations: {told:#?}", self.violations.len());
    }
}

/// Checks all that holds after a sale in which every product had `stock` units, on a cluster whose nodes all run.
/// `samples` were taken during the sale, `outages` are how long service was away after each healing.
pub(crate) async fn check_all(
    cluster: &Cluster,
    deals: &[Deal],
    samples: &[Sample],
    stock: u64,
    outages: &[Duration],
) {
    cluster.story.tell(summary(deals, samples, outages));
    assert!(deals.iter().any(|deal| deal.reservation().is_some()), "nothing was sold");
    assert!(!samples.is_empty(), "nobody looked at the stock");
    let mut verdict = Verdict::default();
    verdict.add(conserved::violations(samples, stock)).add(back::violations(outages)).holds();
    check_books(cluster, deals).await;
    check_answers(cluster, deals).await;
}

/// What a run was like.
fn summary(deals: &[Deal], samples: &[Sample], outages: &[Duration]) -> String {
    let granted = deals.iter().filter(|deal| deal.reservation().is_some()).count();
    let unsure = deals.iter().filter(|deal| deal.unsure).count();
    let (attempts, looks) = (deals.len(), samples.len());
    format!(
        "{attempts} attempts, {granted} granted, {unsure} unsure on the way, {looks} looks at stock, back after {outages:?}"
    )
}

/// Checks what the cluster has in its books against what was acknowledged. Nothing may be under way.
pub(crate) async fn check_books(cluster: &Cluster, deals: &[Deal]) {
    caught_up(cluster).await;
    let mut verdict = Verdict::default();
    let silent = deals.iter().filter(|deal| deal.outcome == Outcome::Unknown || deal.fate == Fate::Unknown);
    verdict.add(silent.map(|deal| format!("I10: nothing definite, to the end: {deal:?}")).collect());
    verdict.add(answered_once::shared(deals));
    let finds = durable::look(&cluster.api, deals).await;
    verdict.add(durable::violations(deals, &finds));
    let nodes = cluster.api.door.members();
    for node in nodes {
        let audit = until_some("a node answers an audit", ANSWER_WITHIN, || cluster.api.audit(node)).await;
        verdict.add(audited::violations(node, &audit));
        verdict.add(agreed::violations(&audit, usize::from(SHARDS), cluster.api.door.members().len()));
        verdict.add(accounted::violations(deals, &books(&audit, node, deals)));
    }
    verdict.holds();
}

/// Checks that the answers of old are given again. A refused attempt is a new try: this changes the books.
pub(crate) async fn check_answers(cluster: &Cluster, deals: &[Deal]) {
    let agains = answered_once::ask_again(&cluster.api, deals).await;
    Verdict::default().add(answered_once::violations(&agains)).holds();
}

/// Waits until every replica has applied what was acknowledged.
pub(crate) async fn caught_up(cluster: &Cluster) {
    let mut needed: Vec<u64> = Vec::new();
    for shard in until_some("a node tells of its shards", ANSWER_WITHIN, || {
        cluster.api.shards(cluster.api.door.members()[0])
    })
    .await
    {
        needed.push(shard.replicas.iter().map(|replica| replica.last_log_index).max().unwrap_or(0));
    }
    let needed = &needed;
    until("every replica has caught up", ANSWER_WITHIN, || async move {
        let shards = cluster.api.shards(cluster.api.door.members()[0]).await.unwrap_or_default();
        let caught_up = |(shard, needed): (&ShardState, &u64)| {
            shard.replicas.len() == cluster.api.door.members().len()
                && shard.replicas.iter().all(|replica| replica.applied_index >= *needed)
        };
        !shards.is_empty() && shards.iter().zip(needed).all(caught_up)
    })
    .await;
}

/// What the replicas of an audit that are on `node` say of the products that were dealt in.
fn books(audit: &serde_json::Value, node: u64, deals: &[Deal]) -> BTreeMap<String, Units> {
    let rows = audit["products"].as_array().into_iter().flatten();
    let own = rows.filter(|row| row["node"] == node);
    let units = own.filter_map(|row| {
        let units = Units { held: row["held"].as_u64()?, sold: row["sold"].as_u64()? };
        Some((row["product_id"].as_str()?.to_owned(), units))
    });
    let units: BTreeMap<String, Units> = units.collect();
    let dealt: std::collections::BTreeSet<&String> = deals.iter().map(|deal| &deal.product).collect();
    dealt
        .into_iter()
        .map(|product| {
            let units = units.get(product).copied();
            (product.clone(), units.unwrap_or_else(|| panic!("node {node} has no books of {product}")))
        })
        .collect()
}
