//! The verdict on payments, when all buyers have gone: waits until the money is where it belongs, then holds the
//! provider's ledger, the orders of every node, and the reservations against each other.

use std::time::Duration;

use super::{Verdict, charged_once, check_books, decided, durable, paid_for};
use crate::cluster::bank::Bank;
use crate::cluster::deal::{Deal, Fate};
use crate::cluster::local::{Cluster, NODES};
use crate::cluster::order::{Order, orders};
use crate::cluster::wait::until_some;

/// How long a node's list of orders may be behind the money: captures whose answers are lost are asked for again, with
/// waits that double up to a minute.
const LISTED_WITHIN: Duration = Duration::from_secs(60);

/// Checks the payments of `deals`, all of one product, on a cluster whose nodes all run.
pub(crate) async fn check_payments(cluster: &Cluster, bank: &Bank, product: &str, deals: &[Deal]) {
    // What is unknown is told before what is only a consequence of it.
    let unknown = deals.iter().filter(|deal| deal.fate == Fate::Unknown);
    judge(bank, unknown.map(|deal| format!("I10: nothing definite, to the end: {deal:?}")).collect());
    bank.settles().await;
    check_settled(cluster, bank, &[product], deals).await;
}

/// Checks the payments of `deals`, all of these products, when nothing is open any more.
pub(crate) async fn check_settled(cluster: &Cluster, bank: &Bank, products: &[&str], deals: &[Deal]) {
    let finds = durable::look(&cluster.api, deals).await;
    let mut wrong = decided::violations(deals, &finds);
    let mut all = Vec::new();
    for node in NODES {
        let mut orders = Vec::new();
        for product in products {
            let sold = deals.iter().filter(|deal| deal.product == *product && deal.order().is_some()).count();
            orders.extend(listed(cluster, node, product, sold).await);
        }
        all.push(orders);
    }
    // Last, for the ledger is to be as new as what the nodes list: they wait for captures.
    let ledger = bank.ledger();
    wrong.extend(charged_once::violations(&ledger));
    all.iter().for_each(|orders| wrong.extend(paid_for::violations(&ledger, orders)));
    wrong.extend(bank.violations());
    judge(bank, wrong);
    check_books(cluster, deals).await;
}

/// Waits until a node lists as many orders as were made, and what became of their captures.
pub(crate) async fn listed(cluster: &Cluster, node: u64, product: &str, sold: usize) -> Vec<Order> {
    until_some("a node lists all orders, captured", LISTED_WITHIN, || async move {
        let orders = orders(&cluster.api, node, product).await?;
        let is_over = orders.len() >= sold && orders.iter().all(|order| order.capture != "pending");
        is_over.then_some(orders)
    })
    .await
}

/// Fails if anything is wrong, with what the provider's ledger has about it.
pub(crate) fn judge(bank: &Bank, wrong: Vec<String>) {
    if !wrong.is_empty() {
        eprintln!("--- what the bank has about what is wrong:\n{}", bank.about(&wrong));
    }
    Verdict::default().add(wrong).holds();
}
