//! The life of an intent.

use crate::client::Client;
use crate::fixture::{BEGIN_MS, Fixture, PLAIN, captured, pay};

#[tokio::test]
async fn an_intent_is_created_confirmed_and_captured_in_part() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let created = client.post("/v1/payment_intents", PLAIN).await.is(200);
    assert_eq!(created.at("/status"), "requires_payment_method");
    assert_eq!(created.at("/object"), "payment_intent");
    assert_eq!(created.number("/created"), BEGIN_MS / 1_000);
    let path = format!("/v1/payment_intents/{}", created.at("/id"));
    let confirm = [("payment_method", "pm_card_visa"), ("expand[]", "latest_charge")];
    let held = client.post(&format!("{path}/confirm"), &confirm).await.is(200);
    assert_eq!((held.at("/status"), held.number("/amount_capturable")), ("requires_capture", 2000));
    assert_eq!(held.body.pointer("/latest_charge/captured"), Some(&false.into()));
    let before = held.number("/latest_charge/payment_method_details/card/capture_before");
    assert_eq!(before, BEGIN_MS / 1_000 + 7 * 24 * 60 * 60);
    client
        .post(&format!("{path}/capture"), &[("amount_to_capture", "2001")])
        .await
        .fails(400, "amount_too_large");
    let taken = client.post(&format!("{path}/capture"), &[("amount_to_capture", "1500")]).await.is(200);
    assert_eq!((taken.at("/status"), taken.number("/amount_received")), ("succeeded", 1500));
    assert_eq!(taken.number("/amount_capturable"), 0);
    let again =
        client.post(&format!("{path}/capture"), &[]).await.fails(400, "payment_intent_unexpected_state");
    assert_eq!(again.at("/error/payment_intent/status"), "succeeded");
    client.post(&format!("{path}/cancel"), &[]).await.fails(400, "payment_intent_unexpected_state");
    client.post(&format!("{path}/confirm"), &[]).await.fails(400, "payment_intent_unexpected_state");
}

#[tokio::test]
async fn automatic_capture_takes_the_money_at_once() {
    let fixture = Fixture::new().await;
    let form = [
        ("amount", "500"),
        ("currency", "EUR"),
        ("payment_method", "pm_card_mastercard"),
        ("confirm", "true"),
        ("automatic_payment_methods[enabled]", "true"),
        ("automatic_payment_methods[allow_redirects]", "never"),
    ];
    let paid = fixture.client().post("/v1/payment_intents", &form).await.is(200);
    assert_eq!((paid.at("/status"), paid.number("/amount_received")), ("succeeded", 500));
    assert_eq!((paid.at("/currency"), paid.at("/capture_method")), ("eur", "automatic_async"));
}

#[tokio::test]
async fn the_accounts_own_choice_of_methods_wants_a_return_url() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let form =
        [("amount", "500"), ("currency", "usd"), ("payment_method", "pm_card_visa"), ("confirm", "true")];
    let refused = client.post("/v1/payment_intents", &form).await.is(400);
    assert!(refused.at("/error/message").contains("return_url"));
    let named = [&form[..], &[("return_url", "http://shop.test/back")]].concat();
    client.post("/v1/payment_intents", &named).await.is(200);
    assert_eq!(
        fixture.running.audit().accounts[0].intents.len(),
        1,
        "what cannot be confirmed is not created"
    );
}

#[tokio::test]
async fn declines_name_their_reason_and_leave_the_intent_open() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    for (card, code, decline_code) in [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ] {
        let declined = pay(&client, card).await.fails(402, code);
        assert_eq!(declined.at("/error/type"), "card_error");
        assert_eq!(declined.at("/error/decline_code"), decline_code);
        assert_eq!(declined.at("/error/payment_method/id"), card);
        let id = declined.at("/error/payment_intent/id").to_owned();
        let intent = client.get(&format!("/v1/payment_intents/{id}?expand[]=latest_charge")).await.is(200);
        assert_eq!(intent.at("/status"), "requires_payment_method");
        assert_eq!(intent.at("/last_payment_error/decline_code"), decline_code);
        assert_eq!(intent.at("/latest_charge/status"), "failed");
        assert!(intent.body["payment_method"].is_null());
        let other = [("payment_method", "pm_card_visa")];
        let paid = client.post(&format!("/v1/payment_intents/{id}/confirm"), &other).await.is(200);
        assert_eq!(paid.at("/status"), "requires_capture");
        assert!(paid.body["last_payment_error"].is_null());
    }
}

#[tokio::test]
async fn every_open_status_can_be_cancelled() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let with_card = [PLAIN, &[("payment_method", "pm_card_visa")]].concat();
    let bare = client.post("/v1/payment_intents", PLAIN).await.is(200);
    let unconfirmed = client.post("/v1/payment_intents", &with_card).await.is(200);
    let action = pay(&client, "pm_card_authenticationRequired").await.is(200);
    let held = pay(&client, "pm_card_visa").await.is(200);
    let expected =
        ["requires_payment_method", "requires_confirmation", "requires_action", "requires_capture"];
    for (intent, status) in [bare, unconfirmed, action, held].iter().zip(expected) {
        assert_eq!(intent.at("/status"), status);
        let path = format!("/v1/payment_intents/{}/cancel", intent.at("/id"));
        let reason = [("cancellation_reason", "abandoned"), ("expand[]", "latest_charge")];
        let cancelled = client.post(&path, &reason).await.is(200);
        assert_eq!(
            (cancelled.at("/status"), cancelled.at("/cancellation_reason")),
            ("canceled", "abandoned")
        );
        assert_eq!(cancelled.number("/amount_capturable"), 0);
        if status == "requires_capture" {
            let charge = &cancelled.body["latest_charge"];
            assert_eq!((&charge["refunded"], &charge["amount_refunded"]), (&false.into(), &0.into()));
        }
        client.post(&path, &[]).await.fails(400, "payment_intent_unexpected_state");
    }
    let refunds = client.get("/v1/events?type=charge.refunded").await.is(200);
    assert_eq!(refunds.body["data"], serde_json::json!([]), "a hold that is released is no refund");
}

#[tokio::test]
async fn a_hold_ends_after_a_week() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let id = pay(&client, "pm_card_visa").await.is(200).at("/id").to_owned();
    let path = format!("/v1/payment_intents/{id}");
    fixture.advance(7 * 24 * 60 * 60 - 1);
    assert_eq!(client.get(&path).await.is(200).at("/status"), "requires_capture");
    fixture.advance(1);
    let ended = client.get(&path).await.is(200);
    assert_eq!((ended.at("/status"), ended.at("/cancellation_reason")), ("canceled", "expired"));
    client.post(&format!("{path}/capture"), &[]).await.fails(400, "charge_expired_for_capture");
}

#[tokio::test]
async fn an_intent_is_changed_while_it_is_open() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let form = [PLAIN, &[("metadata[a]", "1"), ("metadata[b]", "2")]].concat();
    let created = client.post("/v1/payment_intents", &form).await.is(200);
    let path = format!("/v1/payment_intents/{}", created.at("/id"));
    let change =
        [("amount", "900"), ("metadata[a]", ""), ("metadata[c]", "3"), ("payment_method", "pm_card_visa")];
    let changed = client.post(&path, &change).await.is(200);
    assert_eq!((changed.number("/amount"), changed.at("/status")), (900, "requires_confirmation"));
    assert_eq!(changed.body["metadata"], serde_json::json!({ "b": "2", "c": "3" }));
    client.post(&format!("{path}/confirm"), &[]).await.is(200);
    client.post(&path, &[("amount", "901")]).await.fails(400, "payment_intent_unexpected_state");
    client.post(&path, &[("description", "shoes")]).await.is(200);
}

async fn missing(client: &Client, path: &str, param: &str) {
    let answer = client.get(path).await.fails(404, "resource_missing");
    assert_eq!(answer.at("/error/param"), param);
}

#[tokio::test]
async fn what_is_not_there_is_missing() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    missing(&client, "/v1/payment_intents/pi_none", "intent").await;
    missing(&client, "/v1/charges/ch_none", "id").await;
    missing(&client, "/v1/refunds/re_none", "refund").await;
    missing(&client, "/v1/events/evt_none", "id").await;
    missing(&client, "/v1/payment_methods/pm_none", "payment_method").await;
    pay(&client, "pm_none").await.fails(400, "resource_missing");
    let other = fixture.caller("sk_test_flashsale_0002");
    let id = captured(&client, "pm_card_visa").await;
    missing(&other, &format!("/v1/payment_intents/{id}"), "intent").await;
    client.get("/v1/customers").await.is(404);
    client.get("/v2/core/events").await.is(404);
}
