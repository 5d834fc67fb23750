//! The shop takes the payment: checkout, confirm, release.

use serde_json::{Value, json};

use crate::fixture::{ADMIN, Fixture, SERVICE, open};

async fn held() -> (Fixture, String) {
    let shop = open();
    shop.put_product("phone", json!({ "hold_seconds": 600 })).await.done(201);
    let id = shop.reserve("phone", "b-1").await;
    (shop, id)
}

async fn step(shop: &Fixture, id: &str, verb: &str) -> crate::client::Reply {
    shop.post(&format!("/v1/reservations/{id}/{verb}")).token(SERVICE).send().await
}

#[tokio::test]
async fn checkout_then_confirm_makes_an_order() {
    let (shop, id) = held().await;
    let paying = step(&shop, &id, "checkout").await.done(200);
    assert_eq!(paying["status"], "paying");
    let payment = &paying["payment"];
    assert_eq!((&payment["status"], &payment["try"]), (&json!("processing"), &json!(1)));
    assert_eq!((&payment["next_action"], &payment["error"]), (&Value::Null, &Value::Null));
    assert!(payment["pay_by"].as_str() > paying["expires_at"].as_str());
    let conflict = step(&shop, &id, "checkout").await.problem(409, "conflict");
    assert_eq!(conflict["current_status"], "paying");

    let paid = shop.confirm(&id, 99_900, "usd").send().await;
    assert_eq!(paid.done(200)["status"], "paid");
    let order = shop.get(&format!("/v1/orders/{}", paid.member("order_id"))).buyer("b-1").send().await;
    let created = order.member("created_at");
    let expected = json!({
        "id": paid.member("order_id"), "reservation_id": id, "product_id": "phone", "buyer_id": "b-1", "quantity": 1,
        "amount": 99_900, "currency": "usd", "reference": null, "payment_id": "pay-1", "status": "confirmed",
        "capture": "external", "refunded_amount": 0, "created_at": created,
    });
    assert_eq!(order.done(200), expected);
    assert_eq!(shop.stock("phone").await, [10, 9, 0, 1]);

    let conflict = shop.delete(&format!("/v1/reservations/{id}")).buyer("b-1").send().await;
    assert_eq!(conflict.problem(409, "conflict")["current_status"], "paid");
}

#[tokio::test]
async fn release_gives_back_to_the_buyer_or_ends_the_hold() {
    let (shop, id) = held().await;
    step(&shop, &id, "checkout").await.done(200);
    let released = step(&shop, &id, "release").await.done(200);
    assert_eq!((&released["status"], &released["payment"]), (&json!("held"), &Value::Null));
    step(&shop, &id, "checkout").await.done(200);
    shop.house.advance_secs(601);
    assert_eq!(step(&shop, &id, "release").await.done(200)["status"], "expired");
}

#[tokio::test]
async fn a_payment_that_comes_too_late_is_to_be_refunded() {
    let (shop, id) = held().await;
    shop.house.advance_secs(600);
    shop.confirm(&id, 99_900, "usd").send().await.problem(410, "reservation_expired");
    step(&shop, &id, "checkout").await.problem(410, "reservation_expired");
}

#[tokio::test]
async fn what_is_paid_must_be_what_it_costs() {
    let (shop, id) = held().await;
    let wrong = shop.confirm(&id, 1, "usd").send().await;
    wrong.names(400, "invalid_request", &["`amount`", "99900"]);
    shop.confirm(&id, 99_900, "eur").send().await.names(400, "invalid_request", &["`currency`"]);
    assert_eq!(shop.stock("phone").await, [10, 9, 1, 0]);
}

#[tokio::test]
async fn steps_take_a_service_token_and_see_the_named_buyer_only() {
    let (shop, id) = held().await;
    let path = format!("/v1/reservations/{id}/checkout");
    shop.post(&path).buyer("b-1").send().await.problem(401, "unauthenticated");
    shop.post(&path).token(SERVICE).buyer("b-2").send().await.problem(404, "not_found");
    shop.post(&path).token(ADMIN).buyer("b-1").json(&json!({})).send().await.done(200);
}

#[tokio::test]
async fn a_step_with_a_key_is_replayed_and_without_one_needs_none() {
    let (shop, id) = held().await;
    let path = format!("/v1/reservations/{id}/checkout");
    let first = shop.post(&path).token(SERVICE).key("k").send().await;
    let again = shop.post(&path).token(SERVICE).key("\"k\"").send().await;
    assert_eq!(first.done(200), again.done(200));
    assert_eq!(
        (first.header("idempotent-replayed"), again.header("idempotent-replayed")),
        (None, Some("true"))
    );
    let as_admin = shop.post(&path).token(ADMIN).key("k").send().await;
    as_admin.problem(409, "conflict");
}
