//! Payments that cannot be: an error with its code, by us or by the provider, and nothing has changed but what is told.

use reqwest::Method;
use serde_json::{Value, json};

use crate::cluster::{Bank, Card, Errand, NODES, Product, until};
use crate::sale::{PRODUCT, Sale};
use crate::shop::{SOON, Shop, assert_refused, payment};

/// The first payment is of an amount that the account does not take once it is converted, the second in a currency that it
/// does not take at all.
const REFUSALS: &str = r#"
    [[fault]]
    kind = "refuse"
    step = "create"
    code = "amount_too_small"
    nth = 1

    [[fault]]
    kind = "refuse"
    step = "create"
    nth = 1
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_provider_does_not_take_is_declined_and_the_hold_stays() {
    let Sale { cluster, bank, .. } = Sale::open(2, REFUSALS).await;
    let shop = Shop { cluster: &cluster };
    let held = shop.holds("alice", PRODUCT).await;
    for (number, card, why) in [
        (1, Card::GOOD.method, "amount_too_small"),
        (2, Card::GOOD.method, "invalid_request_error"),
        (3, "pm_of_nobody", "resource_missing"),
    ] {
        let begun = shop.pays("alice", &held, &format!("card-{number}"), card).await;
        assert_eq!((begun.status, begun.text("status")), (202, "paying"), "{begun:?}");
        let seen = shop.becomes("alice", &held, |seen| seen["status"] != "paying").await;
        let payment = &seen["payment"];
        assert_eq!(
            (&seen["status"], &payment["status"], &payment["try"]),
            (&json!("held"), &json!("declined"), &json!(number)),
            "{seen}"
        );
        assert_eq!(payment["error"], json!({ "code": "payment_declined", "decline_code": why }));
    }
    assert_refused(&shop.pays("alice", &held, "card-4", Card::GOOD.method).await, 409, "conflict");
    assert_eq!(bank.faults_struck(), [1, 1]);
    assert_eq!(bank.ledger(), [], "nothing was ever made of it");
    let stock = shop.ask(&Errand::new(Method::GET, format!("/v1/products/{PRODUCT}"))).await.body;
    assert_eq!((&stock["current_stock"]["held"], &stock["current_stock"]["sold"]), (&json!(1), &json!(0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_theirs_or_over_is_not_paid() {
    let Sale { cluster, bank, .. } = Sale::open(4, "").await;
    let shop = Shop { cluster: &cluster };
    cluster.api.put(&Product::new("brief", 1).paid_at_the_bank().holding(1)).await;
    let brief = shop.holds("bob", "brief").await;
    let [held, paid, cancelled] = [
        shop.holds("alice", PRODUCT).await,
        shop.holds("bob", PRODUCT).await,
        shop.holds("carol", PRODUCT).await,
    ];
    assert_eq!(shop.pays("bob", &paid, "card", Card::GOOD.method).await.status, 202);
    shop.becomes("bob", &paid, |seen| seen["status"] == "paid").await;
    let cancel = Errand::new(Method::DELETE, format!("/v1/reservations/{cancelled}")).by("carol");
    assert_eq!(shop.ask(&cancel).await.text("status"), "cancelled");
    shop.becomes("bob", &brief, |seen| seen["status"] == "expired").await;
    bank.settles().await;
    captured(&shop, "bob", &paid).await;

    for (holder, reservation, payer, status, code, stands) in [
        ("alice", &held, "bob", 404, "not_found", Value::Null),
        ("bob", &paid, "bob", 409, "conflict", json!("paid")),
        ("bob", &paid, "alice", 404, "not_found", Value::Null),
        ("carol", &cancelled, "carol", 409, "conflict", json!("cancelled")),
        ("bob", &brief, "bob", 410, "reservation_expired", Value::Null),
    ] {
        let before = shop.state(holder, reservation).await;
        for node in NODES {
            let errand = payment(payer, reservation, &format!("late-{node}"), Card::GOOD.method);
            let answer = cluster.api.settle(node, &errand).await.answer.expect("a definite answer");
            assert_refused(&answer, status, code);
            assert_eq!(answer.body["current_status"], stands, "{answer:?}");
        }
        assert_eq!(shop.state(holder, reservation).await, before, "{payer} pays {reservation} of {holder}");
    }
    assert_eq!(charges(&bank), [1], "one payment was made, and one charge of it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_payments_at_once_one_is_made() {
    let slow = "[[fault]]\nkind = \"delay_before\"\nstep = \"confirm\"\nmilliseconds = 1000\n";
    let Sale { cluster, bank, .. } = Sale::open(2, slow).await;
    let shop = Shop { cluster: &cluster };
    let held = shop.holds("alice", PRODUCT).await;
    let [first, second] = ["left", "right"].map(|key| payment("alice", &held, key, Card::GOOD.method));
    let (first, second) = tokio::join!(cluster.api.settle(1, &first), cluster.api.settle(2, &second));
    let mut answers = [first, second].map(|sent| sent.answer.expect("a definite answer"));
    answers.sort_by_key(|answer| answer.status);
    assert_eq!((answers[0].status, answers[0].text("status")), (202, "paying"), "{answers:?}");
    assert_refused(&answers[1], 409, "conflict");
    assert_eq!(answers[1].text("current_status"), "paying");
    let paid = shop.becomes("alice", &held, |seen| seen["status"] == "paid").await;
    assert_eq!(paid["payment"]["try"], 1);
    bank.settles().await;
    assert_eq!(charges(&bank), [1]);
}

/// Waits until we know that the money of a reservation's order was taken: until then the state goes on by itself.
async fn captured(shop: &Shop<'_>, buyer: &str, reservation: &str) {
    let order = shop.seen(buyer, reservation).await["order_id"].as_str().expect("an order").to_owned();
    let errand = Errand::new(Method::GET, format!("/v1/orders/{order}")).by(buyer);
    until("it is known to be captured", SOON, || async {
        shop.ask(&errand).await.text("capture") == "captured"
    })
    .await;
}

/// How often a card was asked, for each intent.
fn charges(bank: &Bank) -> Vec<usize> {
    bank.ledger().iter().map(|intent| intent.charges).collect()
}
