//! Versions of the API: asked for, echoed, refused, and what differs between them.

use simulator::API_VERSION;

use crate::client::Client;
use crate::fixture::{Fixture, PLAIN};
use crate::receiver::Receiver;

const DAHLIA: &str = "2026-08-26.dahlia";
const ENDIVE: &str = "2026-10-28.endive";
const BARE: &[(&str, &str)] = &[("amount", "2000"), ("currency", "usd")];
const NAMED: (&str, &str) = ("payment_method_types[]", "card");
const ALLOWED: (&str, &str) = ("allowed_payment_method_types[]", "card");

fn asking(client: &Client, version: &str) -> Client {
    client.with("stripe-version", version)
}

#[tokio::test]
async fn the_version_that_is_asked_for_is_echoed_and_else_the_account_s() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    for version in [API_VERSION, ENDIVE] {
        let answer = asking(&client, version).get("/v1/events").await.is(200);
        assert_eq!(answer.header("stripe-version"), Some(version));
    }
    let answer = client.post("/v1/payment_intents", PLAIN).await.is(200);
    assert_eq!(answer.header("stripe-version"), Some(API_VERSION));
    let refused = asking(&client, ENDIVE).get("/v1/events/evt_none").await.is(404);
    assert_eq!(refused.header("stripe-version"), Some(ENDIVE), "errors are of a version, too");
}

#[tokio::test]
async fn a_version_that_is_not_served_is_refused_and_nothing_happens() {
    let fixture = Fixture::new().await;
    let client = fixture.client().keyed("same");
    for version in ["yesterday", "2025-09-30.acacia", "2024-06-20", "2025-9-30.clover", "\u{e4}"] {
        let refused = asking(&client, version).post("/v1/payment_intents", PLAIN).await.is(400);
        assert_eq!(refused.at("/error/type"), "invalid_request_error");
        assert!(refused.at("/error/message").contains(version), "{}", refused.text);
        assert!(refused.header("request-id").is_some_and(|id| id.starts_with("req_")));
    }
    // None of these was remembered under the key.
    let made = client.post("/v1/payment_intents", PLAIN).await.is(200);
    assert_eq!(made.header("idempotent-replayed"), None);
    let listed = fixture.client().get("/v1/payment_intents").await.is(200);
    assert_eq!(listed.body["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn how_payment_methods_are_chosen_depends_on_the_version() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let create = async |version, more: &[(&str, &str)]| {
        asking(&client, version).post("/v1/payment_intents", &[BARE, more].concat()).await
    };
    for version in [API_VERSION, DAHLIA] {
        let named = create(version, &[NAMED]).await.is(200);
        assert!(named.body["allowed_payment_method_types"].is_null());
    }
    let removed = "payment_method_types_no_longer_supported";
    let refused = create(ENDIVE, &[NAMED]).await.fails(400, removed);
    assert_eq!(refused.at("/error/param"), "payment_method_types");
    let id = create(ENDIVE, &[]).await.is(200).at("/id").to_owned();
    let path = format!("/v1/payment_intents/{id}");
    asking(&client, ENDIVE).post(&path, &[NAMED]).await.fails(400, removed);
    asking(&client, DAHLIA).post(&path, &[NAMED]).await.is(200);

    create(API_VERSION, &[ALLOWED]).await.fails(400, "parameter_unknown");
    create(DAHLIA, &[ALLOWED, NAMED]).await.is(400);
    create(DAHLIA, &[ALLOWED, ("automatic_payment_methods[enabled]", "true")]).await.is(400);
    create(ENDIVE, &[("allowed_payment_method_types[]", "sepa_debit")]).await.is(400);
    for version in [DAHLIA, ENDIVE] {
        let filtered = [("allowed_payment_method_types[]", "sepa_debit"), ALLOWED];
        let paid = [&filtered[..], &[("payment_method", "pm_card_visa"), ("confirm", "true")]].concat();
        let paid = create(version, &paid).await.is(200);
        assert_eq!((paid.at("/allowed_payment_method_types/0"), paid.at("/status")), ("card", "succeeded"));
    }
}

#[tokio::test]
async fn events_are_of_the_account_s_version_or_their_endpoint_s() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let (mut plain, mut pinned) = (Receiver::new().await, Receiver::new().await);
    let subscribe = async |url: &str, more: &[(&str, &str)]| {
        let form = [&[("url", url), ("enabled_events[]", "payment_intent.created")], more].concat();
        client.post("/v1/webhook_endpoints", &form).await
    };
    subscribe(&plain.url, &[]).await.is(200);
    let endpoint = subscribe(&pinned.url, &[("api_version", DAHLIA)]).await.is(200);
    assert_eq!(endpoint.at("/api_version"), DAHLIA);
    let refused = subscribe(&pinned.url, &[("api_version", "2025-09-30.acacia")]).await.is(400);
    assert_eq!(refused.at("/error/param"), "api_version");

    // Whatever version the request was of that it happened by.
    asking(&client, ENDIVE).post("/v1/payment_intents", BARE).await.is(200);
    let (told, told_pinned) = (plain.next().await, pinned.next().await);
    assert_eq!(told.id(), told_pinned.id());
    assert_eq!(told.event["api_version"], API_VERSION);
    assert_eq!(told_pinned.event["api_version"], DAHLIA);
    let shown = asking(&client, ENDIVE).get(&format!("/v1/events/{}", told.id())).await.is(200);
    assert_eq!(shown.at("/api_version"), API_VERSION, "an event stays what it was");
}
