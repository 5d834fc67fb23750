//! Idempotency keys.

use std::time::{Duration, Instant};

use crate::fixture::{Fixture, PLAIN};

#[tokio::test]
async fn the_same_key_gives_the_same_answer() {
    let fixture = Fixture::new().await;
    let client = fixture.client().keyed("order-1");
    let first = client.post("/v1/payment_intents", PLAIN).await.is(200);
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(first.header("idempotency-key"), Some("order-1"));
    assert_eq!(first.header("original-request"), first.header("request-id"));
    let turned: Vec<(&str, &str)> = PLAIN.iter().rev().copied().collect();
    let second = client.post("/v1/payment_intents", &turned).await.is(200);
    assert_eq!(second.text, first.text);
    assert_eq!(second.header("idempotent-replayed"), Some("true"));
    assert_eq!(second.header("original-request"), first.header("request-id"));
    assert_ne!(second.header("request-id"), first.header("request-id"));
    assert_eq!(fixture.running.audit().accounts[0].intents.len(), 1);
}

#[tokio::test]
async fn another_request_under_the_key_is_an_error() {
    let fixture = Fixture::new().await;
    let client = fixture.client().keyed("order-1");
    let first = client.post("/v1/payment_intents", PLAIN).await.is(200);
    let other = [PLAIN, &[("description", "more")]].concat();
    let refused = client.post("/v1/payment_intents", &other).await.is(400);
    assert_eq!(refused.at("/error/type"), "idempotency_error");
    let path = format!("/v1/payment_intents/{}/cancel", first.at("/id"));
    assert_eq!(client.post(&path, &[]).await.is(400).at("/error/type"), "idempotency_error");
    let elsewhere = fixture.caller("sk_test_flashsale_0002").keyed("order-1");
    let own = elsewhere.post("/v1/payment_intents", PLAIN).await.is(200);
    assert_ne!(own.at("/id"), first.at("/id"), "keys belong to an account");
}

#[tokio::test]
async fn errors_of_execution_are_remembered() {
    let fixture = Fixture::new().await;
    let client = fixture.client().keyed("order-1");
    let form = [PLAIN, &[("payment_method", "pm_card_chargeDeclined"), ("confirm", "true")]].concat();
    let first = client.post("/v1/payment_intents", &form).await.fails(402, "card_declined");
    let second = client.post("/v1/payment_intents", &form).await.fails(402, "card_declined");
    assert_eq!((first.text, Some("true")), (second.text.clone(), second.header("idempotent-replayed")));
    assert_eq!(fixture.running.audit().accounts[0].intents[0].charges.len(), 1);
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let fixture = Fixture::new().await;
    let client = fixture.client().keyed("order-1");
    let first = client.post("/v1/payment_intents", PLAIN).await.is(200);
    fixture.advance(24 * 60 * 60 - 1);
    let replayed = client.post("/v1/payment_intents", PLAIN).await.is(200);
    assert_eq!(replayed.at("/id"), first.at("/id"));
    fixture.advance(1);
    let fresh = client.post("/v1/payment_intents", PLAIN).await.is(200);
    assert_ne!(fresh.at("/id"), first.at("/id"));
}

#[tokio::test]
async fn a_twin_in_flight_is_a_conflict() {
    let fixture =
        Fixture::faulty("[[fault]]\nkind = \"delay_before\"\nmilliseconds = 3600000\ntimes = 1").await;
    let client = fixture.client().keyed("order-1");
    let first = {
        let client = client.clone();
        tokio::spawn(async move {
            client.try_post("/v1/payment_intents", PLAIN).await.map(|answer| answer.status)
        })
    };
    // The first is in flight once its fault has struck, and stays so until the simulator stops.
    let deadline = Instant::now() + Duration::from_secs(20);
    while fixture.running.faults_struck() != [1] {
        assert!(Instant::now() < deadline, "the first request never came");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    client.post("/v1/payment_intents", PLAIN).await.fails(409, "idempotency_key_in_use");
    fixture.running.shutdown().await;
    assert!(first.await.expect("a task").is_err(), "what a stop interrupts is not answered");
}

#[tokio::test]
async fn keys_are_bounded_and_reads_have_none() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    client.keyed(&"k".repeat(256)).post("/v1/payment_intents", PLAIN).await.is(400);
    client.keyed(&"k".repeat(255)).post("/v1/payment_intents", PLAIN).await.is(200);
    let reader = client.keyed("read");
    let first = reader.get("/v1/payment_intents").await.is(200);
    client.post("/v1/payment_intents", PLAIN).await.is(200);
    let second = reader.get("/v1/payment_intents").await.is(200);
    assert_ne!(first.text, second.text);
}
