//! The ledger across restarts, and what damage comes to.

use std::fs;

use simulator::{Account, Error, Simulator};

use crate::fixture::{Fixture, PLAIN, captured, options, pay};

#[tokio::test]
async fn everything_answered_is_there_after_a_restart() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let id = captured(&client, "pm_card_visa").await;
    let refund = client.post("/v1/refunds", &[("payment_intent", &id)]).await.is(200);
    let keyed = client.keyed("order-1").post("/v1/payment_intents", PLAIN).await.is(200);
    let waiting = pay(&client, "pm_card_authenticationRequired").await.is(200);
    let held = pay(&client, "pm_card_visa").await.is(200);
    let before = serde_json::to_value(fixture.running.audit()).expect("JSON");
    let events = client.get("/v1/events?limit=100").await.is(200).text;

    let fixture = fixture.restarted().await;
    let client = fixture.client();
    assert_eq!(serde_json::to_value(fixture.running.audit()).expect("JSON"), before);
    assert_eq!(client.get("/v1/events?limit=100").await.is(200).text, events);
    client
        .post("/v1/refunds", &[("charge", refund.at("/charge"))])
        .await
        .fails(400, "charge_already_refunded");
    let replayed = client.keyed("order-1").post("/v1/payment_intents", PLAIN).await.is(200);
    assert_eq!(
        (replayed.text.as_str(), replayed.header("idempotent-replayed")),
        (keyed.text.as_str(), Some("true"))
    );
    let fresh = client.post("/v1/payment_intents", PLAIN).await.is(200);
    assert!(!before.to_string().contains(fresh.at("/id")), "ids go on");
    let old = waiting.at("/next_action/use_stripe_sdk/stripe_js");
    let path = old.split_once("/redirect").expect("a path").1;
    fixture.caller("").post(&format!("/redirect{path}"), &[("outcome", "succeed")]).await.is(200);
    fixture.advance(8 * 24 * 60 * 60);
    let ended = client.get(&format!("/v1/payment_intents/{}", held.at("/id"))).await.is(200);
    assert_eq!(ended.at("/status"), "canceled", "the agenda is rebuilt");
}

#[tokio::test]
async fn a_torn_end_is_cut_and_the_ledger_goes_on() {
    let fixture = Fixture::new().await;
    let id = captured(&fixture.client(), "pm_card_visa").await;
    let Fixture { running, directory } = fixture;
    running.shutdown().await;
    let path = directory.path().join("ledger");
    let whole = fs::read(&path).expect("a ledger");
    for torn in [&whole[..], b"half a frame"].iter().zip([7, 0]).map(|(end, skip)| &end[skip..]) {
        // Bytes that are no frame of their own at this place: the beginning of one, and something else.
        fs::write(&path, [&whole[..], &torn[..torn.len().min(12)]].concat()).expect("written");
        let running = Simulator::start(options(&directory)).await.expect("a simulator");
        let client = crate::client::Client::new(running.url(), "sk_test_flashsale_0001");
        assert_eq!(client.get(&format!("/v1/payment_intents/{id}")).await.is(200).at("/status"), "succeeded");
        running.shutdown().await;
        assert_eq!(fs::read(&path).expect("a ledger"), whole, "the end was cut");
    }
    fs::write(&path, &whole[..whole.len() - 1]).expect("written");
    let running = Simulator::start(options(&directory)).await.expect("a simulator");
    let client = crate::client::Client::new(running.url(), "sk_test_flashsale_0001");
    assert_eq!(
        client.get(&format!("/v1/payment_intents/{id}")).await.is(200).at("/status"),
        "requires_capture"
    );
    client.post(&format!("/v1/payment_intents/{id}/capture"), &[]).await.is(200);
    running.shutdown().await;
}

#[tokio::test]
async fn damage_before_the_end_refuses_to_start() {
    let fixture = Fixture::new().await;
    captured(&fixture.client(), "pm_card_visa").await;
    let Fixture { running, directory } = fixture;
    running.shutdown().await;
    let path = directory.path().join("ledger");
    let whole = fs::read(&path).expect("a ledger");
    for at in [8, 12, 16, 24, 60] {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(&path, damaged).expect("written");
        let refused = Simulator::start(options(&directory)).await.err().expect("a refusal").to_string();
        assert!(refused.contains("ledger is damaged at byte 8"), "byte {at}: {refused}");
    }
    fs::write(&path, b"something else").expect("written");
    let refused = Simulator::start(options(&directory)).await.err().expect("a refusal").to_string();
    assert!(refused.contains("is no ledger of this version"), "{refused}");
}

#[tokio::test]
async fn what_cannot_start_says_why() {
    let fixture = Fixture::new().await;
    captured(&fixture.client(), "pm_card_visa").await;
    let again = Simulator::start(options(&fixture.directory)).await.err().expect("a refusal").to_string();
    assert!(again.contains("in use by another simulator"), "{again}");
    let taken = fixture.running.address;
    let directory = tempfile::tempdir().expect("a directory");
    let mut elsewhere = options(&directory);
    elsewhere.listen = taken;
    assert!(
        matches!(Simulator::start(elsewhere).await.err(), Some(Error::Listen { address, .. }) if address == taken)
    );
    let mut twins = options(&directory);
    twins.accounts = vec![Account::numbered(1), Account::numbered(1)];
    assert!(matches!(Simulator::start(twins).await.err(), Some(Error::Options(_))));
    let Fixture { running, directory } = fixture;
    running.shutdown().await;
    let mut fewer = options(&directory);
    fewer.accounts = vec![Account::numbered(2)];
    let refused = Simulator::start(fewer).await.err().expect("a refusal").to_string();
    assert!(refused.contains("acct_1flashsale0001"), "{refused}");
}
