//! `flashsale reconcile` after a sale: the books agree, until somebody goes behind the cluster's back at the provider.

use std::time::{Duration, SystemTime};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::cluster::{
    ADMIN, Card, Cluster, Customer, Dashboard, Errand, Intent, NODES, Order, orders, until, until_some,
};
use crate::sale::{PRODUCT, Sale};
use crate::shop::{SOON, Shop};

const OVER_WITHIN: Duration = Duration::from_secs(30);

/// What a run of the command came to.
#[derive(Debug)]
struct Run {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

async fn reconcile(cluster: &Cluster, config: &str, more: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flashsale"));
    command.arg("reconcile").arg("--config").arg(cluster.file(config)).args(more);
    let urls = NODES.map(|node| format!("http://{}", cluster.ports.http(node))).join(",");
    command.env_clear().env("FLASHSALE_URL", urls).env("FLASHSALE_TOKEN", ADMIN);
    let output = command.kill_on_drop(true).output().await.expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Run { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_books_agree_until_somebody_goes_behind_them() {
    let Sale { cluster, bank, till, .. } = Sale::open(20, "").await;
    let shop = Shop { cluster: &cluster };
    let cards =
        [Card::GOOD, Card::GOOD, Card::GOOD, Card::EMPTY, Card::STOLEN, Card::ABANDONED, Card::APPROVED];
    let customer = |(number, card)| Customer::new(PRODUCT, number, &[card]).at_once();
    till.serve_all(cards.into_iter().enumerate().map(customer).collect(), 4).await;
    let cancelled = shop.holds("who-leaves", PRODUCT).await;
    let cancel = Errand::new(Method::DELETE, format!("/v1/reservations/{cancelled}")).by("who-leaves");
    assert_eq!(shop.ask(&cancel).await.text("status"), "cancelled");
    bank.settles().await;
    let [whole, part, ..] = &captured(&cluster, 4).await[..] else { panic!("four have paid") };
    refund(&shop, whole, json!({ "restock": true })).await;
    refund(&shop, part, json!({ "amount": 300 })).await;
    bank.settles().await;
    all_know(&cluster, [(&whole.id, 1_000), (&part.id, 300)]).await;

    let clean = reconcile(&cluster, "cluster.toml", &[]).await;
    assert_eq!((clean.status, clean.stderr.as_str()), (Some(0), ""), "{clean:?}");
    assert_eq!(clean.stdout, "the books agree: 4 orders, 7 payments, 0 payments of others\n");
    let later = humantime::format_rfc3339(SystemTime::now() + Duration::from_secs(3_600)).to_string();
    let none_since = reconcile(&cluster, "cluster.toml", &["--since", &later, "--json"]).await;
    assert_eq!((none_since.status, &none_since.json()["ok"]), (Some(0), &json!(true)), "{none_since:?}");
    assert_eq!(
        none_since.json()["orders"],
        4,
        "payments from before that time are held against their orders"
    );

    let expected = go_behind(&cluster, part, &cancelled, &bank.ledger()).await;
    let differing = reconcile(&cluster, "cluster.toml", &["--json"]).await;
    assert_eq!(differing.status, Some(1), "{differing:?}");
    assert!(differing.stderr.contains("the books differ in 3 places"), "{differing:?}");
    let mut found = differing.json();
    assert_eq!((&found["ok"], &found["unlisted"]), (&json!(false), &json!(0)));
    assert_eq!(
        (&found["orders"], &found["payments"], &found["payments_of_others"]),
        (&json!(4), &json!(9), &json!(1))
    );
    let listed = found["differences"].as_array_mut().expect("a list");
    listed.sort_by_key(|difference| difference["kind"].to_string());
    assert_eq!(*listed, expected);
    let told = reconcile(&cluster, "cluster.toml", &[]).await;
    assert!(
        told.stdout.lines().count() == 4 && told.stdout.contains("holds 700 on a card for no order"),
        "{told:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_that_is_being_carried_out_is_no_difference() {
    // The money is held, and nobody tells us for a while.
    let slow = r#"
        [[fault]]
        kind = "delay_after"
        step = "confirm"
        milliseconds = 8000

        [[fault]]
        kind = "webhook_drop"
        event = "*"
    "#;
    let Sale { cluster, bank, .. } = Sale::open(2, slow).await;
    let shop = Shop { cluster: &cluster };
    let held = shop.holds("alice", PRODUCT).await;
    assert_eq!(shop.pays("alice", &held, "card", Card::GOOD.method).await.status, 202);
    until("the money is held", SOON, || std::future::ready(bank.ledger().iter().any(Intent::holds_money)))
        .await;
    let meanwhile = reconcile(&cluster, "cluster.toml", &[]).await;
    assert_eq!(shop.seen("alice", &held).await["status"], "paying", "it was still under way: {meanwhile:?}");
    assert_eq!(
        meanwhile.stdout, "the books agree: 0 orders, 1 payments, 0 payments of others\n",
        "{meanwhile:?}"
    );
    assert_eq!(meanwhile.status, Some(0));
    shop.becomes("alice", &held, |seen| seen["status"] == "paid").await;
    bank.settles().await;
    captured(&cluster, 1).await;
    assert_eq!(reconcile(&cluster, "cluster.toml", &[]).await.status, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_that_takes_a_day_is_no_difference() {
    let slow = "[[fault]]\nkind = \"refund_pends\"\nseconds = 86400\n";
    let Sale { cluster, bank, till, .. } = Sale::open(2, slow).await;
    let shop = Shop { cluster: &cluster };
    till.serve_all(vec![Customer::new(PRODUCT, 0, &[Card::GOOD]).at_once()], 1).await;
    bank.settles().await;
    let [order] = &captured(&cluster, 1).await[..] else { panic!("one has paid") };
    refund(&shop, order, json!({ "amount": 300 })).await;
    until("the refund is on its way", SOON, || {
        std::future::ready(bank.ledger().iter().any(|intent| intent.refunding == 300))
    })
    .await;
    let meanwhile = reconcile(&cluster, "cluster.toml", &[]).await;
    assert_eq!(meanwhile.status, Some(0), "{meanwhile:?}");
    assert_eq!(meanwhile.stdout, "the books agree: 1 orders, 1 payments, 0 payments of others\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_compared_is_told_with_its_exit_status() {
    let Sale { cluster, bank: _open, .. } = Sale::open(1, "").await;
    let text = std::fs::read_to_string(cluster.config()).expect("it is there");
    let other_key = text.replace("sk_test_flashsale_0002", "sk_test_of_another_shop");
    std::fs::write(cluster.file("other-key.toml"), other_key).expect("written");
    let refused = reconcile(&cluster, "other-key.toml", &["--json"]).await;
    assert_eq!((refused.status, refused.stdout.as_str()), (Some(1), ""), "{refused:?}");
    assert!(refused.stderr.contains("account-2 cannot be read") && !refused.stderr.contains("another_shop"));
    let (before, _) = text.split_once("[payment]").expect("a provider");
    let (_, nodes) = text.split_once("\n[[node]]").expect("nodes");
    std::fs::write(cluster.file("no-provider.toml"), format!("{before}[[node]]{nodes}")).expect("written");
    let without = reconcile(&cluster, "no-provider.toml", &[]).await;
    assert_eq!(without.status, Some(2), "{without:?}");
    assert!(without.stderr.contains("it has no [payment]"), "{without:?}");
}

/// Gives an order's money back, takes money for a hold that is over, holds money for it, and takes some for something else;
/// all at the provider. Gives the differences that these are, by their kinds.
async fn go_behind(cluster: &Cluster, order: &Order, cancelled: &str, ledger: &[Intent]) -> [Value; 3] {
    let provider = Dashboard::of(cluster);
    let account = &ledger.iter().find(|intent| intent.id == order.payment).expect("it is paid there").account;
    let number: u16 = account.trim_start_matches("acct_1flashsale").parse().expect("a number");
    let key = simulator::Account::numbered(number).secret_key;
    let refund = format!("payment_intent={}&amount=200", order.payment);
    provider.post(&key, "/v1/refunds", &refund).await.done();
    let card = "currency=usd&confirm=true&payment_method=pm_card_visa&payment_method_types[0]=card";
    let ours = format!("{card}&metadata[reservation]={cancelled}");
    let held = format!("{ours}&amount=700&capture_method=manual");
    let held = provider.post(&key, "/v1/payment_intents", &held).await.done();
    let taken = provider.post(&key, "/v1/payment_intents", &format!("{ours}&amount=800")).await.done();
    provider.post(&key, "/v1/payment_intents", &format!("{card}&amount=900")).await.done();
    let account = format!("account-{number}");
    [
        json!({
            "kind": "extra_charge", "account": account, "payment_id": taken.at("/id"),
            "reservation_id": cancelled, "amount": 800,
        }),
        json!({
            "kind": "held_charge", "account": account, "payment_id": held.at("/id"),
            "reservation_id": cancelled, "order_id": null, "amount": 700,
        }),
        json!({
            "kind": "wrong_refund", "order_id": order.id, "payment_id": order.payment,
            "expected": 300, "refunded": 500,
        }),
    ]
}

/// The orders, once a node lists so many and knows that the money of all was taken.
async fn captured(cluster: &Cluster, count: usize) -> Vec<Order> {
    until_some("all orders are known to be captured", OVER_WITHIN, || async {
        let orders = orders(&cluster.api, 1, PRODUCT).await?;
        let is_done = orders.len() == count && orders.iter().all(|order| order.capture == "captured");
        is_done.then_some(orders)
    })
    .await
}

async fn refund(shop: &Shop<'_>, order: &Order, form: Value) {
    let path = format!("/v1/orders/{}/refunds", order.id);
    let errand = Errand::new(Method::POST, path).token(ADMIN).key(&order.id).body(form);
    let made = shop.ask(&errand).await;
    assert_eq!(made.status, 202, "{made:?}");
}

/// Waits until every node lists these orders with so much given back.
async fn all_know(cluster: &Cluster, refunded: [(&String, i64); 2]) {
    for node in NODES {
        until("the refunds are known", OVER_WITHIN, || async {
            let orders = orders(&cluster.api, node, PRODUCT).await.unwrap_or_default();
            refunded
                .iter()
                .all(|(id, amount)| orders.iter().any(|order| order.id == **id && order.refunded == *amount))
        })
        .await;
    }
}
