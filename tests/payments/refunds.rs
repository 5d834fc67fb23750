//! Refunds: all of an order with its unit back on sale, in parts, on their way for a while, and failing afterwards.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::cluster::invariants::{Verdict, audited, charged_once, conserved, paid_for};
use crate::cluster::{ADMIN, Answer, Card, Cluster, Customer, Deal, Errand, Fate, NODES, PRICE};
use crate::cluster::{Settings, orders, until};
use crate::sale::{PRODUCT, Sale};

const STOCK: u64 = 10;
const OVER_WITHIN: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_is_what_the_provider_says() {
    let Sale { cluster, bank, till, watcher } = Sale::open(STOCK, "").await;
    let cards = [Card::GOOD, Card::GOOD, Card::FAILS_LATER, Card::TAKES_TIME, Card::GOOD];
    let customer = |(number, card)| Customer::new(PRODUCT, number, &[card]).at_once();
    let customers = cards.into_iter().enumerate().map(customer).collect();
    let mut deals = till.serve_all(customers, 1).await;
    deals.sort_by(|a, b| a.buyer.cmp(&b.buyer));
    let [full, parts, fails, takes_time, kept] = [0, 1, 2, 3, 4].map(|number| order_of(&deals[number]));
    bank.settles().await;

    let refunds = Refunds { cluster: &cluster };
    let (full_refund, failing, pending) = tokio::join!(
        refunds.made("full", &full, json!({ "restock": true })),
        refunds.made("fails", &fails, json!({ "restock": true })),
        refunds.made("pends", &takes_time, json!({ "restock": true })),
    );
    refunds.in_parts(&parts).await;
    refunds.becomes(&full_refund, "succeeded").await;
    refunds.becomes(&pending, "succeeded").await;
    refunds.becomes(&failing, "failed").await;

    bank.settles().await;
    let ends = [
        (&full, "refunded", PRICE),
        (&parts, "refunded", PRICE),
        (&fails, "confirmed", 0),
        (&takes_time, "refunded", PRICE),
        (&kept, "confirmed", 0),
    ];
    for (order, status, refunded) in ends {
        refunds.order_becomes(order, status, refunded).await;
    }
    check_books(&cluster, &bank.ledger(), &fails).await;
    Verdict::default().add(conserved::violations(&watcher.end().await, STOCK)).add(bank.violations()).holds();
}

/// All events about it are lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_that_the_bank_returns_is_found_without_a_word_of_it() {
    let silent = ["refund.*", "charge.*"];
    let silent =
        silent.map(|event| format!("[[fault]]\nkind = \"webhook_drop\"\nevent = \"{event}\"\n")).concat();
    let settings = Settings { refund_recheck: Some("1s"), ..Settings::banked() };
    let Sale { cluster, bank, till, watcher } = Sale::open_with(settings, STOCK, |_| silent).await;
    let customer = Customer::new(PRODUCT, 0, &[Card::FAILS_LATER]).at_once();
    let order = order_of(&till.serve_all(vec![customer], 1).await[0]);
    bank.settles().await;
    let refunds = Refunds { cluster: &cluster };
    let refund = refunds.made("silent", &order, json!({})).await;
    refunds.becomes(&refund, "failed").await;
    refunds.order_becomes(&order, "confirmed", 0).await;
    assert!(bank.faults_struck().iter().any(|struck| *struck > 0), "no event was lost");
    Verdict::default().add(conserved::violations(&watcher.end().await, STOCK)).add(bank.violations()).holds();
}

fn order_of(deal: &Deal) -> String {
    match &deal.fate {
        Fate::Paid { order } => order.clone(),
        _ => panic!("a good card pays: {deal:?}"),
    }
}

/// The ledger, the orders and the stock agree, at every node: three units went back on sale, and the money for two. That
/// the bank returned the third's is an open alarm.
async fn check_books(cluster: &Cluster, ledger: &[crate::cluster::Intent], returned: &str) {
    let mut verdict = Verdict::default();
    verdict.add(charged_once::violations(ledger));
    for node in NODES {
        until("a node's lists and stock are up to date", OVER_WITHIN, || async move {
            let orders = orders(&cluster.api, node, PRODUCT).await.unwrap_or_default();
            let stock = cluster.api.stock(node, PRODUCT).await.unwrap_or_default();
            orders.len() == 5
                && paid_for::violations(ledger, &orders).is_empty()
                && (&stock["available"], &stock["held"], &stock["sold"])
                    == (&json!(STOCK - 2), &json!(0), &json!(2))
        })
        .await;
        let audit = cluster.api.audit(node).await.expect("it answers");
        let open = audit["payments"]["open_alarms"].as_array().expect("a list");
        let of = orders(&cluster.api, node, PRODUCT).await.expect("it lists them");
        let of = of.iter().find(|order| order.id == returned).expect("it is listed");
        let [alarm] = &open[..] else { panic!("one alarm is open at node {node}: {open:?}") };
        assert_eq!((&alarm["alarm"], &alarm["payment_id"]), (&json!("refund_returned"), &json!(of.payment)));
        verdict.add(audited::violations(node, &audit));
    }
    verdict.holds();
}

/// The admin, who gives refunds.
struct Refunds<'c> {
    cluster: &'c Cluster,
}

impl Refunds<'_> {
    async fn ask(&self, key: &str, order: &str, form: Value) -> Answer {
        let path = format!("/v1/orders/{order}/refunds");
        let errand = Errand::new(Method::POST, path).token(ADMIN).key(key).body(form);
        self.cluster.api.settle(1, &errand).await.answer.expect("a definite answer")
    }

    /// Gives a refund, and asks for it once more under the same key. Gives its id.
    async fn made(&self, key: &str, order: &str, form: Value) -> String {
        let first = self.ask(key, order, form.clone()).await;
        assert_eq!((first.status, first.text("status")), (202, "pending"), "{first:?}");
        let again = self.ask(key, order, form).await;
        assert_eq!(
            (again.text("id"), again.replayed),
            (first.text("id"), true),
            "one key, one refund: {again:?}"
        );
        first.text("id").to_owned()
    }

    /// Gives an order's money back in two parts, and no more than there is.
    async fn in_parts(&self, order: &str) {
        let part = self.made("part", order, json!({ "amount": 300 })).await;
        self.becomes(&part, "succeeded").await;
        self.order_becomes(order, "partially_refunded", 300).await;
        let too_much = self.ask("too-much", order, json!({ "amount": PRICE })).await;
        assert!((400..500).contains(&too_much.status), "more than there is left: {too_much:?}");
        let rest = self.made("rest", order, json!({ "amount": null })).await;
        self.becomes(&rest, "succeeded").await;
        let none_left = self.ask("none-left", order, json!({})).await;
        assert!((400..500).contains(&none_left.status), "nothing is left: {none_left:?}");
    }

    async fn becomes(&self, refund: &str, status: &str) {
        self.shows(&format!("/v1/refunds/{refund}"), |answer| answer.text("status") == status, status).await;
    }

    async fn order_becomes(&self, order: &str, status: &str, refunded: u64) {
        let is_so = |answer: &Answer| {
            answer.text("status") == status && answer.body["refunded_amount"] == json!(refunded)
        };
        self.shows(&format!("/v1/orders/{order}"), is_so, status).await;
    }

    async fn shows(&self, path: &str, is_so: impl Fn(&Answer) -> bool, what: &str) {
        let errand = Errand::new(Method::GET, path).token(ADMIN);
        until(&format!("{path} is {what}"), OVER_WITHIN, || async {
            self.cluster.api.settle(1, &errand).await.answer.is_some_and(|answer| is_so(&answer))
        })
        .await;
    }
}
