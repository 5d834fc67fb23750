//! Events about nothing that is here, and events of nobody: answered as whoever sent them has to be, and nothing has changed.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::cluster::{ADMIN, Bank, Card, Cluster, Errand, WEBHOOKS, event, signature};
use crate::sale::{PRODUCT, Sale};
use crate::shop::Shop;

/// A reservation's id as this cluster would give it, of a reservation that there never was.
const NOWHERE: &str = "0193a0c0-7000-7a3b-8000-3f0c5a1d2e4f";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_about_an_unknown_payment_is_taken_and_counted_and_changes_nothing() {
    let Sale { cluster, bank, .. } = Sale::open(2, "").await;
    let shop = Shop { cluster: &cluster };
    let held = shop.holds("alice", PRODUCT).await;
    let before = shop.state("alice", &held).await;
    let intent =
        |metadata: Value| json!({ "object": "payment_intent", "id": "pi_unknown", "metadata": metadata });
    for (number, object) in [
        intent(json!({})),
        intent(json!({ "reservation": "of another shop" })),
        intent(json!({ "reservation": NOWHERE })),
        // It is there, and nobody pays for it.
        intent(json!({ "reservation": held })),
    ]
    .into_iter()
    .enumerate()
    {
        let event = event(&format!("evt_{number}"), "payment_intent.succeeded", &object);
        let answer = send(&cluster, &signature(secret(&bank), &event, Duration::ZERO), event.clone()).await;
        assert_eq!(answer, (200, String::new()), "{event}");
        assert_eq!(counted(&cluster, "unknown").await, number as u64 + 1, "{event}");
    }
    let forged = event("evt_forged", "payment_intent.succeeded", &intent(json!({ "reservation": held })));
    let (status, problem) =
        send(&cluster, &signature("whsec_guessed", &forged, Duration::ZERO), forged).await;
    assert!(status == 400 && problem.contains("\"invalid_request\""), "{status} {problem}");
    let long = " ".repeat(300_000);
    let (status, problem) = send(&cluster, &signature(secret(&bank), &long, Duration::ZERO), long).await;
    assert!(status == 413 && problem.contains("\"invalid_request\""), "{status} {problem}");
    assert_eq!((counted(&cluster, "refused").await, counted(&cluster, "taken").await), (2, 0));

    assert_eq!(shop.state("alice", &held).await, before);
    assert_eq!(shop.ask(&Errand::new(Method::GET, "/v1/orders").token(ADMIN)).await.body["data"], json!([]));
    assert_eq!(
        shop.pays("alice", &held, "card", Card::GOOD.method).await.status,
        202,
        "it is as good as before"
    );
    shop.becomes("alice", &held, |seen| seen["status"] == "paid").await;
    bank.settles().await;
}

/// What the events of the first account are signed with; it tells its events to the first node.
fn secret(bank: &Bank) -> &str {
    bank.secret(&simulator::Account::numbered(1).id)
}

async fn send(cluster: &Cluster, signature: &str, event: String) -> (u16, String) {
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = http.post(format!("http://{}{WEBHOOKS}", cluster.ports.http(1)));
    let answer = request.header("Stripe-Signature", signature).body(event).send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a whole answer"))
}

async fn counted(cluster: &Cluster, outcome: &str) -> u64 {
    let label = format!("outcome=\"{outcome}\"");
    cluster.api.metric(1, "flashsale_webhooks_total", &label).await.expect("it answers")
}
