//! Money that falls off the card before it is taken: the order is cancelled, its unit goes back on sale, and neither the
//! buyer nor the shop is out of pocket.

use std::time::Duration;

use serde_json::json;

use crate::cluster::invariants::{Verdict, audited, charged_once, conserved, paid_for};
use crate::cluster::{Card, Cluster, Customer, Fate, Intent, NODES, orders, until};
use crate::sale::{PRODUCT, Sale};

const STOCK: u64 = 20;
const BUYERS: usize = 12;
const OVER_WITHIN: Duration = Duration::from_secs(30);

/// Every second authorization lasts one second, and its capture comes after three.
const SCRIPT: &str = r#"
    [[fault]]
    kind = "hold_ends"
    every_order = 2
    seconds = 1

    [[fault]]
    kind = "delay_before"
    step = "capture"
    every_order = 2
    milliseconds = 3000
    times_per_order = 1
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_whose_money_is_gone_is_cancelled() {
    let Sale { cluster, bank, till, watcher } = Sale::open(STOCK, SCRIPT).await;
    let customer = |number| Customer::new(PRODUCT, number, &[Card::GOOD]).at_once();
    let deals = till.serve_all((0..BUYERS).map(customer).collect(), BUYERS).await;
    let unpaid = deals.iter().filter(|deal| !matches!(deal.fate, Fate::Paid { .. }));
    let unpaid = unpaid.map(|deal| format!("authorized is paid: {deal:?}"));
    Verdict::default().add(unpaid.collect()).holds();
    bank.settles().await;
    let ledger = bank.ledger();
    let taken = ledger.iter().filter(|intent| intent.net() > 0).count();
    assert_eq!((ledger.len(), taken), (BUYERS, BUYERS / 2), "half of the money is gone: {ledger:#?}");
    let mut verdict = Verdict::default();
    verdict.add(charged_once::violations(&ledger)).add(bank.violations());
    for node in NODES {
        knows(&cluster, node, &ledger, taken).await;
        let audit = cluster.api.audit(node).await.expect("it answers");
        verdict.add(audited::violations(node, &audit));
    }
    verdict.add(conserved::violations(&watcher.end().await, STOCK)).holds();
}

/// Waits until a node has `taken` orders that stand, as many that do not, and the units of those back on sale.
async fn knows(cluster: &Cluster, node: u64, ledger: &[Intent], taken: usize) {
    until("a node knows which orders stand", OVER_WITHIN, || async move {
        let orders = orders(&cluster.api, node, PRODUCT).await.unwrap_or_default();
        let stock = cluster.api.stock(node, PRODUCT).await.unwrap_or_default();
        let count = |status: &str| orders.iter().filter(|order| order.status == status).count();
        (count("confirmed"), count("cancelled")) == (taken, BUYERS - taken)
            && paid_for::violations(ledger, &orders).is_empty()
            && (&stock["held"], &stock["sold"]) == (&json!(0), &json!(taken))
    })
    .await;
}
