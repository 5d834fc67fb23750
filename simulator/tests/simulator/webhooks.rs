//! Webhooks.

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::client::{Answer, Client};
use crate::fixture::{Fixture, PLAIN, captured, pay};
use crate::receiver::{Delivery, Receiver};

async fn subscribe(client: &Client, url: &str, events: &str) -> Answer {
    client.post("/v1/webhook_endpoints", &[("url", url), ("enabled_events[]", events)]).await.is(200)
}

/// Whether one of the signatures is that of this secret.
fn signed(delivery: &Delivery, secret: &str) -> bool {
    let (time, signatures) = delivery.signature.split_once(',').expect("a time and signatures");
    let time = time.strip_prefix("t=").expect("a time");
    let sent: u64 = time.parse().expect("seconds");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    assert!(now.abs_diff(sent) < 300, "the receiver's tolerance");
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(format!("{time}.{}", delivery.body).as_bytes());
    let expected: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    signatures.split(',').any(|signature| signature == format!("v1={expected}"))
}

#[tokio::test]
async fn events_are_delivered_signed() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let mut receiver = Receiver::new().await;
    let endpoint = subscribe(&client, &receiver.url, "*").await;
    let id = captured(&client, "pm_card_visa").await;
    let deliveries = receiver.take(5).await;
    let kinds: Vec<&str> = deliveries.iter().map(Delivery::kind).collect();
    assert_eq!(
        kinds,
        [
            "payment_intent.created",
            "charge.succeeded",
            "payment_intent.amount_capturable_updated",
            "charge.captured",
            "payment_intent.succeeded"
        ]
    );
    assert!(deliveries.iter().all(|delivery| signed(delivery, endpoint.at("/secret"))));
    assert!(!signed(&deliveries[0], "whsec_other"));
    assert_eq!(deliveries[4].event["data"]["object"]["id"], id);
    let kept = client.get(&format!("/v1/events/{}", deliveries[4].id())).await.is(200);
    assert_eq!(kept.body["data"], deliveries[4].event["data"]);
    let shown = client.get(&format!("/v1/webhook_endpoints/{}", endpoint.at("/id"))).await.is(200);
    assert!(shown.body.get("secret").is_none(), "a secret is shown once");
}

#[tokio::test]
async fn what_is_not_acknowledged_comes_again_for_three_days() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let mut receiver = Receiver::new().await;
    receiver.answer(&[500; 100]);
    subscribe(&client, &receiver.url, "payment_intent.created").await;
    let before = client.post("/v1/payment_intents", PLAIN).await.is(200);
    let first = receiver.next().await;
    assert_eq!(first.event["data"]["object"]["id"], before.body["id"]);
    let mut tries = 1;
    let mut hours = 0;
    while client.get("/_simulator/audit").await.is(200).number("/totals/deliveries_owed") > 0 {
        fixture.advance(60 * 60);
        hours += 1;
        assert!(hours < 1_000, "it was never given up");
        tries += u32::from(receiver.soon().await.is_some());
    }
    assert!(tries > 3, "{tries} tries in {hours} hours");
}

#[tokio::test]
async fn a_delivery_that_failed_is_sent_again_as_it_was() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let mut receiver = Receiver::new().await;
    receiver.answer(&[500, 302]);
    subscribe(&client, &receiver.url, "payment_intent.created").await;
    client.post("/v1/payment_intents", PLAIN).await.is(200);
    let first = receiver.next().await;
    for _ in 0..2 {
        assert_eq!(next_moving(&fixture, &mut receiver).await.id(), first.id());
    }
    let mut looks = 0;
    while client.get("/_simulator/audit").await.is(200).number("/totals/deliveries_owed") > 0 {
        looks += 1;
        assert!(looks < 5_000, "it was never acknowledged");
    }
    fixture.advance(4 * 24 * 60 * 60);
    assert!(receiver.is_empty(), "what was acknowledged does not come again");
}

/// The next delivery, while the clock is moved on: when a failure is noted is the simulator's business.
async fn next_moving(fixture: &Fixture, receiver: &mut Receiver) -> Delivery {
    for _ in 0..500 {
        fixture.advance(10);
        if let Some(delivery) = receiver.soon().await {
            return delivery;
        }
    }
    panic!("it was never sent again");
}

#[tokio::test]
async fn endpoints_choose_and_change() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let mut receiver = Receiver::new().await;
    let endpoint = subscribe(&client, &receiver.url, "payment_intent.created").await;
    let path = format!("/v1/webhook_endpoints/{}", endpoint.at("/id"));
    captured(&client, "pm_card_visa").await;
    assert_eq!(receiver.next().await.kind(), "payment_intent.created");
    let changed = client.post(&path, &[("enabled_events[]", "payment_intent.canceled")]).await.is(200);
    assert_eq!(changed.at("/enabled_events/0"), "payment_intent.canceled");
    let held = pay(&client, "pm_card_visa").await.is(200);
    client.post(&format!("/v1/payment_intents/{}/cancel", held.at("/id")), &[]).await.is(200);
    assert_eq!(receiver.next().await.kind(), "payment_intent.canceled");
    assert_eq!(client.post(&path, &[("disabled", "true")]).await.is(200).at("/status"), "disabled");
    assert_eq!(client.delete(&path).await.is(200).body["deleted"], true);
    client.get(&path).await.fails(404, "resource_missing");
    assert!(
        client.get("/v1/webhook_endpoints").await.is(200).body["data"].as_array().is_some_and(Vec::is_empty)
    );
    let wrong = [("url", "https://shop.test/hook"), ("enabled_events[]", "*")];
    client.post("/v1/webhook_endpoints", &wrong).await.fails(400, "url_invalid");
    let wrong = [("url", "http://shop.test/hook"), ("enabled_events[]", "customer.created")];
    client.post("/v1/webhook_endpoints", &wrong).await.is(400);
}

#[tokio::test]
async fn a_rolled_secret_signs_beside_its_successor_for_a_while() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let mut receiver = Receiver::new().await;
    let endpoint = subscribe(&client, &receiver.url, "payment_intent.created").await;
    let path = format!("/_simulator/webhook_endpoints/{}/roll", endpoint.at("/id"));
    let rolled = client.post(&path, &[("seconds", "3600")]).await.is(200);
    client.post("/v1/payment_intents", PLAIN).await.is(200);
    let both = receiver.next().await;
    assert!(signed(&both, endpoint.at("/secret")) && signed(&both, rolled.at("/secret")));
    fixture.advance(3600);
    client.post("/v1/payment_intents", PLAIN).await.is(200);
    let one = receiver.next().await;
    assert!(!signed(&one, endpoint.at("/secret")) && signed(&one, rolled.at("/secret")));
}

#[tokio::test]
async fn faults_drop_repeat_and_delay() {
    let script = "
        [[fault]]
        kind = 'webhook_drop'
        event = 'charge.*'
        [[fault]]
        kind = 'webhook_duplicate'
        event = 'payment_intent.created'
        copies = 3
        [[fault]]
        kind = 'webhook_delay'
        event = 'payment_intent.amount_capturable_updated'
        seconds = 259200
    ";
    let fixture = Fixture::faulty(script).await;
    let client = fixture.client();
    let mut receiver = Receiver::new().await;
    subscribe(&client, &receiver.url, "*").await;
    captured(&client, "pm_card_visa").await;
    let now = receiver.take(4).await;
    let kinds: Vec<&str> = now.iter().map(Delivery::kind).collect();
    let created = "payment_intent.created";
    assert_eq!(kinds, [created, created, created, "payment_intent.succeeded"]);
    assert_eq!(now[0].id(), now[2].id());
    fixture.advance(259_200);
    assert_eq!(receiver.next().await.kind(), "payment_intent.amount_capturable_updated");
    assert_eq!(fixture.running.faults_struck(), [2, 1, 1]);
}

#[tokio::test]
async fn what_is_owed_survives_a_restart() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let mut receiver = Receiver::new().await;
    receiver.answer(&[500]);
    let endpoint = subscribe(&client, &receiver.url, "payment_intent.created").await;
    client.post("/v1/payment_intents", PLAIN).await.is(200);
    let first = receiver.next().await;
    let fixture = fixture.restarted().await;
    let again = next_moving(&fixture, &mut receiver).await;
    assert_eq!(again.id(), first.id());
    assert!(signed(&again, endpoint.at("/secret")));
}
