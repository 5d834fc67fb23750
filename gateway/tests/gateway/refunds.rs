//! Refunds of orders.

use serde_json::json;

use crate::fixture::{ADMIN, Fixture, SERVICE, VIEWER, open};

async fn bought() -> (Fixture, String) {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    let order = shop.buy("phone", "b-1").await;
    (shop, order)
}

#[tokio::test]
async fn a_part_and_then_the_rest_is_refunded() {
    let (shop, order) = bought().await;
    let path = format!("/v1/orders/{order}/refunds");
    let part = shop.post(&path).token(ADMIN).key("k-1").json(&json!({ "amount": 900 })).send().await;
    let json = part.done(202);
    assert_eq!((&json["amount"], &json["restock"]), (&json!(900), &json!(false)));
    assert_eq!((&json["order_id"], &json["status"]), (&json!(order), &json!("succeeded")));
    let location = part.header("location").expect("a location").to_owned();
    assert_eq!(shop.get(&location).token(VIEWER).send().await.done(200), json);
    let seen = shop.get(&format!("/v1/orders/{order}")).buyer("b-1").send().await.done(200);
    assert_eq!((&seen["status"], &seen["refunded_amount"]), (&json!("partially_refunded"), &json!(900)));

    let rest = shop.post(&path).token(ADMIN).key("k-2").json(&json!({ "amount": null, "restock": true }));
    assert_eq!(rest.send().await.done(202)["amount"], 99_000);
    assert_eq!(shop.stock("phone").await, [10, 10, 0, 0]);
    let more = shop.post(&path).token(ADMIN).key("k-3").json(&json!({})).send().await;
    assert_eq!(more.problem(409, "conflict")["current_status"], "refunded");
}

#[tokio::test]
async fn a_refund_is_replayed() {
    let (shop, order) = bought().await;
    let path = format!("/v1/orders/{order}/refunds");
    let send = || shop.post(&path).token(ADMIN).key("k").json(&json!({ "amount": 900 })).send();
    let (first, again) = (send().await, send().await);
    assert_eq!(first.done(202), again.done(202));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let seen = shop.get(&format!("/v1/orders/{order}")).token(VIEWER).send().await.done(200);
    assert_eq!(seen["refunded_amount"], 900);
}

#[tokio::test]
async fn no_more_is_refunded_than_was_paid() {
    let (shop, order) = bought().await;
    let path = format!("/v1/orders/{order}/refunds");
    let more = shop.post(&path).token(ADMIN).key("k").json(&json!({ "amount": 99_901 })).send().await;
    more.names(400, "invalid_request", &["`amount`", "99900"]);
    let restock = shop.post(&path).token(ADMIN).key("k").json(&json!({ "amount": 1, "restock": true }));
    restock.send().await.names(400, "invalid_request", &["`restock`"]);
}

#[tokio::test]
async fn refunds_are_for_admins_and_seen_by_viewers() {
    let (shop, order) = bought().await;
    let path = format!("/v1/orders/{order}/refunds");
    let refused = shop.post(&path).token(SERVICE).key("k").json(&json!({})).send().await;
    refused.problem(403, "forbidden");
    let made = shop.post(&path).token(ADMIN).key("k").json(&json!({})).send().await;
    let location = made.header("location").expect("a location").to_owned();
    shop.get(&location).buyer("b-1").send().await.problem(401, "unauthenticated");
    shop.get(&location).token(VIEWER).send().await.done(200);
}
