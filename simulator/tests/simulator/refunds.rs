//! Refunds.

use crate::fixture::{Fixture, captured, pay};

#[tokio::test]
async fn money_is_given_back_until_nothing_is_left() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let id = captured(&client, "pm_card_visa").await;
    let part = |amount: &'static str| [("payment_intent", id.as_str()), ("amount", amount)];
    let over = client.post("/v1/refunds", &part("2001")).await.is(400);
    assert!(over.at("/error/message").contains("greater than charge amount ($20.00)"), "{}", over.text);
    let first = client.post("/v1/refunds", &part("1500")).await.is(200);
    assert_eq!((first.at("/status"), first.number("/amount")), ("succeeded", 1500));
    let over = client.post("/v1/refunds", &part("501")).await.is(400);
    assert!(over.at("/error/message").contains("greater than unrefunded amount on charge ($5.00)"));
    let rest = client.post("/v1/refunds", &[("charge", first.at("/charge"))]).await.is(200);
    assert_eq!(rest.number("/amount"), 500);
    client
        .post("/v1/refunds", &[("payment_intent", id.as_str())])
        .await
        .fails(400, "charge_already_refunded");
    let charge = client.get(&format!("/v1/charges/{}?expand[]=refunds", first.at("/charge"))).await.is(200);
    assert_eq!(charge.body["refunded"], true);
    assert_eq!(charge.body.pointer("/refunds/data/0/id"), rest.body.pointer("/id"));
    let listed = client.get(&format!("/v1/refunds?payment_intent={id}&limit=1")).await.is(200);
    assert_eq!((listed.at("/data/0/id"), &listed.body["has_more"]), (rest.at("/id"), &true.into()));
}

#[tokio::test]
async fn what_was_not_captured_is_not_refunded() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    let held = pay(&client, "pm_card_visa").await.is(200);
    client.post("/v1/refunds", &[("payment_intent", held.at("/id"))]).await.is(400);
    client.post("/v1/refunds", &[("charge", held.at("/latest_charge"))]).await.is(400);
    client.post("/v1/refunds", &[("payment_intent", "pi_none")]).await.fails(404, "resource_missing");
    client.post("/v1/refunds", &[("amount", "1")]).await.fails(400, "parameter_missing");
}

#[tokio::test]
async fn some_refunds_fail_later_and_some_take_their_time() {
    let fixture = Fixture::new().await;
    let client = fixture.client();
    for (card, first, then, given_back) in [
        ("pm_card_refundFail", "succeeded", "failed", 0),
        ("pm_card_pendingRefund", "pending", "succeeded", 2000),
    ] {
        let id = captured(&client, card).await;
        let refund = client.post("/v1/refunds", &[("payment_intent", id.as_str())]).await.is(200);
        assert_eq!(refund.at("/status"), first);
        fixture.advance(5);
        let path = format!("/v1/refunds/{}?expand[]=charge", refund.at("/id"));
        let settled = client.get(&path).await.is(200);
        assert_eq!(settled.at("/status"), then);
        assert_eq!(settled.number("/charge/amount_refunded"), given_back);
        assert_eq!(settled.body.get("failure_reason").is_some(), then == "failed");
    }
}

#[tokio::test]
async fn faults_decide_over_refunds() {
    let script = "
        [[fault]]
        kind = 'refund_fails'
        seconds = 60
        order = 1
        [[fault]]
        kind = 'refund_pends_then_fails'
        seconds = 60
        order = 2
    ";
    let fixture = Fixture::faulty(script).await;
    let client = fixture.client();
    for first in ["succeeded", "pending"] {
        let id = captured(&client, "pm_card_visa").await;
        let refund = client.post("/v1/refunds", &[("payment_intent", id.as_str())]).await.is(200);
        assert_eq!(refund.at("/status"), first);
        fixture.advance(60);
        let settled = client.get(&format!("/v1/refunds/{}", refund.at("/id"))).await.is(200);
        assert_eq!(settled.at("/status"), "failed");
        client.post("/v1/refunds", &[("payment_intent", id.as_str())]).await.is(200);
    }
    assert_eq!(fixture.running.faults_struck(), [2, 2]);
}
