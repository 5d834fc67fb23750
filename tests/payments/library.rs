//! A buyer whose shop gives no page to come back to: the provider's library asks them in the shop's own page, and for that it
//! takes what the reservation tells its buyer, and the publishable key.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::cluster::{ADMIN, Answer, Cluster, Dashboard, Errand, NODES, Settings, until_some};
use crate::sale::{PRODUCT, Sale};

const BUYER: &str = "alice";
const CARD: &str = "pm_card_authenticationRequired";
const SOON: Duration = Duration::from_secs(30);
/// All that the house's own code ever logs.
const LOGS: &str = "flashsale=trace,gateway=trace,payment=trace,engine=trace,raft=debug";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_library_finishes_what_a_buyer_has_to_do_without_leaving_the_page() {
    let settings = Settings { also_logs: Some(LOGS), ..Settings::banked() };
    let Sale { cluster, bank, .. } = Sale::open_with(settings, 2, |_| String::new()).await;
    let browser = Dashboard::of(&cluster);
    let body = json!({ "quantity": 1, "payment_method": CARD, "return_url": null });
    let bought = ask(&cluster, Method::POST, &format!("/v1/products/{PRODUCT}/purchases"), Some(body)).await;
    assert_eq!(bought.status, 202, "{bought:?}");
    let path = format!("/v1/reservations/{}", bought.text("id"));
    let waiting = becomes(&cluster, &path, |seen| seen["payment"]["status"] == "requires_action").await;
    let action = &waiting["payment"]["next_action"];
    assert_eq!(action["type"], "use_stripe_sdk", "{waiting}");
    let secret = action["client_secret"].as_str().expect("the library asks for it").to_owned();
    check_hidden(&cluster, &path, &secret).await;

    handle_next_action(&cluster, &browser, &secret).await;
    let paid = becomes(&cluster, &path, |seen| seen["status"] == "paid").await;
    assert_eq!((&paid["payment"]["try"], &paid["payment"]["next_action"]), (&json!(1), &Value::Null));
    bank.settles().await;
    assert_eq!(bank.ledger().iter().map(|intent| intent.captured).collect::<Vec<_>>(), [1_000]);
    assert!(cluster.nodes.iter().all(|node| node.said(&secret) == 0), "a node logs the client secret");
    assert!(cluster.nodes.iter().any(|node| node.said("payment") > 0), "they do log of payments");
}

/// What `stripe.handleNextAction({ clientSecret })` does, with what the shop's page has.
async fn handle_next_action(cluster: &Cluster, browser: &Dashboard, secret: &str) {
    let config = ask(cluster, Method::GET, "/v1/payment-config", None).await;
    let key = config.text("publishable_key");
    let (intent, _) = secret.split_once("_secret_").expect("it begins with the intent's id");
    let path = format!("/v1/payment_intents/{intent}?client_secret={secret}");
    let found = browser.get(key, &path).await.done();
    assert_eq!(found.at("/status"), "requires_action");
    browser.post(key, found.at("/next_action/use_stripe_sdk/stripe_js"), "outcome=succeed").await.done();
}

/// Whoever runs the shop sees of which kind the action is, at every node, and nothing to go on with.
async fn check_hidden(cluster: &Cluster, path: &str, secret: &str) {
    for node in NODES {
        for path in [path, "/v1/reservations", &format!("/v1/products/{PRODUCT}/reservations")] {
            let errand = Errand::new(Method::GET, path).token(ADMIN);
            let what = format!("node {node} shows {path} waiting for its buyer");
            let text = until_some(&what, SOON, || async {
                let text = cluster.api.door.text(node, &errand).await?;
                text.contains("use_stripe_sdk").then_some(text)
            })
            .await;
            assert!(!text.contains(secret) && !text.contains("stripe_js"), "node {node} {path}: {text}");
        }
    }
}

async fn ask(cluster: &Cluster, method: Method, path: &str, body: Option<Value>) -> Answer {
    let errand = Errand { body, ..Errand::new(method, path).by(BUYER).key("only-one") };
    cluster.api.settle(1, &errand).await.answer.expect("a definite answer")
}

async fn becomes(cluster: &Cluster, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    until_some(path, SOON, || async {
        let seen = ask(cluster, Method::GET, path, None).await.body;
        is_so(&seen).then_some(seen)
    })
    .await
}
