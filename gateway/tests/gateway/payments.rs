//! The payment provider takes the payment.

use engine::saga::Finding;
use engine::{DeclineCode, IntentId, NextAction};
use serde_json::{Value, json};

use crate::client::Reply;
use crate::fixture::{ADMIN, Fixture, SERVICE, VIEWER, open, service};

async fn sale() -> Fixture {
    let shop = open();
    shop.put_product("phone", json!({ "payment": "provider", "hold_seconds": 600 })).await.done(201);
    shop
}

async fn pay(shop: &Fixture, id: &str, key: &str, card: &str) -> Reply {
    let body = json!({ "payment_method": card, "return_url": "https://shop.example/back" });
    shop.post(&format!("/v1/reservations/{id}/payment")).buyer("b-1").key(key).json(&body).send().await
}

async fn purchase(shop: &Fixture, product: &str, body: Value) -> Reply {
    shop.post(&format!("/v1/products/{product}/purchases")).buyer("b-1").key("p").json(&body).send().await
}

async fn seen(shop: &Fixture, id: &str) -> Value {
    shop.get(&format!("/v1/reservations/{id}")).buyer("b-1").send().await.done(200)
}

fn intent() -> Finding {
    Finding::Created(IntentId::new("pi_1").expect("an intent"))
}

fn decline(code: &str) -> DeclineCode {
    DeclineCode::new(code).expect("a code")
}

/// A reservation whose payment the provider knows of.
async fn paying(shop: &Fixture) -> String {
    let id = shop.reserve("phone", "b-1").await;
    pay(shop, &id, "pay-1", "pm_card_visa").await.done(202);
    shop.house.finds(&id, Finding::Begun);
    shop.house.finds(&id, intent());
    id
}

#[tokio::test]
async fn a_provider_is_what_pays_if_nothing_else_is_said() {
    let shop = open();
    let mut body = crate::fixture::product(json!({}));
    body.as_object_mut().expect("an object").remove("payment");
    let put = shop.put("/v1/products/phone").token(ADMIN).json(&body).send().await;
    assert_eq!(put.done(201)["payment"], "provider");
}

#[tokio::test]
async fn a_payment_is_authorized_and_then_captured() {
    let shop = sale().await;
    let id = shop.reserve("phone", "b-1").await;
    assert_eq!(seen(&shop, &id).await["payment"], Value::Null);
    let begun = pay(&shop, &id, "pay-1", "pm_card_visa").await;
    let json = begun.done(202);
    assert_eq!((&json["status"], &json["order_id"]), (&json!("paying"), &Value::Null));
    let payment = &json["payment"];
    assert_eq!((&payment["status"], &payment["try"]), (&json!("queued"), &json!(1)));
    assert_eq!((&payment["next_action"], &payment["error"]), (&Value::Null, &Value::Null));
    assert!(payment["pay_by"].is_string());

    shop.house.finds(&id, Finding::Begun);
    shop.house.finds(&id, intent());
    assert_eq!(seen(&shop, &id).await["payment"]["status"], "processing");
    shop.house.finds(&id, Finding::Authorized { capture_before: None });
    let paid = seen(&shop, &id).await;
    assert_eq!((&paid["status"], &paid["payment"]["status"]), (&json!("paid"), &json!("authorized")));
    let path = format!("/v1/orders/{}", paid["order_id"].as_str().expect("an order"));
    let order = shop.get(&path).buyer("b-1").send().await.done(200);
    assert_eq!((&order["status"], &order["capture"]), (&json!("confirmed"), &json!("pending")));
    assert_eq!(order["payment_id"], "pi_1");
    shop.house.finds(&id, Finding::Captured);
    assert_eq!(shop.get(&path).buyer("b-1").send().await.done(200)["capture"], "captured");
    assert_eq!(shop.stock("phone").await, [10, 9, 0, 1]);

    let again = pay(&shop, &id, "pay-1", "pm_card_visa").await;
    assert_eq!(again.done(202), json, "the answer as it was first given");
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    pay(&shop, &id, "pay-1", "pm_card_mastercard").await.problem(422, "idempotency_key_reused");
    let conflict = pay(&shop, &id, "pay-2", "pm_card_visa").await.problem(409, "conflict");
    assert_eq!(conflict["current_status"], "paid");
}

#[tokio::test]
async fn another_card_is_tried_after_a_decline_and_the_third_is_the_last() {
    let shop = sale().await;
    let id = paying(&shop).await;
    pay(&shop, &id, "pay-2", "pm_card_visa").await.problem(409, "conflict");
    shop.delete(&format!("/v1/reservations/{id}")).buyer("b-1").send().await.problem(409, "conflict");
    shop.house.finds(&id, Finding::Declined(decline("insufficient_funds")));
    let declined = seen(&shop, &id).await;
    assert_eq!((&declined["status"], &declined["payment"]["status"]), (&json!("held"), &json!("declined")));
    let error = json!({ "code": "payment_declined", "decline_code": "insufficient_funds" });
    assert_eq!(declined["payment"]["error"], error);
    let second = pay(&shop, &id, "pay-2", "pm_card_visa").await.done(202);
    assert_eq!((&second["payment"]["try"], &second["payment"]["error"]), (&json!(2), &Value::Null));
}

/// What the provider wants of a buyer whom its own library is to ask.
fn action() -> Value {
    json!({ "type": "use_stripe_sdk", "use_stripe_sdk": { "stripe_js": "u" }, "client_secret": "pi_1_secret_2" })
}

/// A reservation whose buyer has to do that.
async fn asked(shop: &Fixture) -> String {
    let id = paying(shop).await;
    let finding = Finding::ActionRequired(NextAction::new(&action().to_string()).expect("an action"));
    shop.house.finds(&id, finding);
    id
}

#[tokio::test]
async fn what_the_buyer_has_to_do_is_handed_on_as_the_provider_said_it() {
    let shop = sale().await;
    let id = asked(&shop).await;
    let payment = &seen(&shop, &id).await["payment"];
    assert_eq!((&payment["status"], &payment["next_action"]), (&json!("requires_action"), &action()));
    let own = shop.get("/v1/reservations").buyer("b-1").send().await.done(200);
    assert_eq!(own["data"][0]["payment"]["next_action"], action());
}

#[tokio::test]
async fn nobody_but_the_buyer_is_told_what_the_payment_goes_on_with() {
    let shop = sale().await;
    let id = asked(&shop).await;
    let kind = json!({ "type": "use_stripe_sdk" });
    for token in [VIEWER, SERVICE, ADMIN] {
        let one = shop.get(&format!("/v1/reservations/{id}")).token(token).send().await.done(200);
        assert_eq!(one["payment"]["next_action"], kind, "{token}");
        for list in [
            "/v1/reservations",
            "/v1/products/phone/reservations",
            "/v1/products/phone/reservations?buyer_id=b-1",
        ] {
            let list = shop.get(list).token(token).send().await.done(200);
            assert_eq!(list["data"][0]["payment"]["next_action"], kind, "{token}");
        }
    }
    shop.get(&format!("/v1/reservations/{id}")).buyer("b-2").send().await.problem(404, "not_found");
}

#[tokio::test]
async fn a_shop_that_speaks_for_the_buyer_is_told_and_one_that_looks_on_is_not() {
    let shop = service();
    shop.put_product("phone", json!({ "payment": "provider" })).await.done(201);
    let id = shop.reserve("phone", "b-1").await;
    let path = format!("/v1/reservations/{id}");
    let body = json!({ "payment_method": "pm_card_visa" });
    let pay = shop.post(&format!("{path}/payment")).token(SERVICE).buyer("b-1").key("pay-1").json(&body);
    pay.send().await.done(202);
    for finding in [Finding::Begun, intent()] {
        shop.house.finds(&id, finding);
    }
    let finding = Finding::ActionRequired(NextAction::new(&action().to_string()).expect("an action"));
    shop.house.finds(&id, finding);
    for (token, told) in
        [(SERVICE, action()), (ADMIN, action()), (VIEWER, json!({ "type": "use_stripe_sdk" }))]
    {
        for path in [path.as_str(), "/v1/reservations"] {
            let json = shop.get(path).token(token).buyer("b-1").send().await.done(200);
            let shown = json.get("data").map_or(&json, |data| &data[0]);
            assert_eq!(shown["payment"]["next_action"], told, "{token} {path}");
        }
    }
}

#[tokio::test]
async fn a_capture_that_fails_cancels_the_order_and_gives_the_units_back() {
    let shop = sale().await;
    let id = paying(&shop).await;
    shop.house.finds(&id, Finding::Authorized { capture_before: None });
    shop.house.finds(&id, Finding::CaptureFailed(decline("expired")));
    let orders = shop.get("/v1/orders?status=cancelled").buyer("b-1").send().await.done(200);
    assert_eq!(
        (&orders["data"][0]["status"], &orders["data"][0]["capture"]),
        (&json!("cancelled"), &json!("failed"))
    );
    let error = json!({ "code": "capture_failed", "decline_code": "expired" });
    assert_eq!(seen(&shop, &id).await["payment"]["error"], error);
    assert_eq!(shop.stock("phone").await, [10, 10, 0, 0]);
}

#[tokio::test]
async fn reserving_and_paying_in_one_call() {
    let shop = sale().await;
    let body = json!({ "quantity": 1, "payment_method": "pm_card_visa", "reference": "cart-1" });
    let bought = purchase(&shop, "phone", body.clone()).await;
    let json = bought.done(202);
    assert_eq!((&json["status"], &json["payment"]["status"]), (&json!("paying"), &json!("queued")));
    assert_eq!(bought.header("location"), Some(&*format!("/v1/reservations/{}", bought.member("id"))));
    let again = purchase(&shop, "phone", body).await;
    assert_eq!((again.done(202), again.header("idempotent-replayed")), (json, Some("true")));
    assert_eq!(shop.stock("phone").await, [10, 9, 1, 0]);
}

#[tokio::test]
async fn a_purchase_needs_a_card_where_there_is_something_to_pay() {
    let shop = sale().await;
    let reply = purchase(&shop, "phone", json!({ "quantity": 1 })).await;
    reply.names(400, "invalid_request", &["`payment_method`"]);
    shop.put_product("slot", json!({ "payment": "none" })).await.done(201);
    let reply = purchase(&shop, "slot", json!({ "quantity": 1, "payment_method": "pm_card_visa" })).await;
    assert_eq!(reply.done(201)["status"], "paid");
    assert_eq!(shop.stock("phone").await, [10, 10, 0, 0]);
}

#[tokio::test]
async fn only_ones_own_reservation_is_paid_and_only_in_time() {
    let shop = sale().await;
    let id = shop.reserve("phone", "b-1").await;
    let path = format!("/v1/reservations/{id}/payment");
    let body = json!({ "payment_method": "pm_card_visa" });
    shop.post(&path).buyer("b-2").key("k").json(&body).send().await.problem(404, "not_found");
    shop.post(&path).buyer("b-1").json(&body).send().await.problem(400, "idempotency_key_missing");
    shop.house.advance_secs(600);
    shop.post(&path).buyer("b-1").key("k").json(&body).send().await.problem(410, "reservation_expired");
}

#[tokio::test]
async fn a_product_that_the_shop_takes_the_money_for_is_not_paid_here() {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    let id = shop.reserve("phone", "b-1").await;
    pay(&shop, &id, "k", "pm_card_visa").await.problem(409, "conflict");
}

#[tokio::test]
async fn a_refund_by_the_provider_is_pending_until_it_is_known() {
    let shop = sale().await;
    let id = paying(&shop).await;
    shop.house.finds(&id, Finding::Authorized { capture_before: None });
    shop.house.finds(&id, Finding::Captured);
    let order = seen(&shop, &id).await["order_id"].as_str().expect("an order").to_owned();
    let body = json!({ "amount": 900 });
    let made =
        shop.post(&format!("/v1/orders/{order}/refunds")).token(ADMIN).key("r").json(&body).send().await;
    assert_eq!(made.done(202)["status"], "pending");
    let refund = made.member("id").parse().expect("an id");
    shop.house.finds(&id, Finding::RefundFailed(refund, decline("expired_or_canceled_card")));
    let path = made.header("location").expect("a location").to_owned();
    let failed = shop.get(&path).token(VIEWER).send().await.done(200);
    assert_eq!(
        (&failed["status"], &failed["failure_reason"]),
        (&json!("failed"), &json!("expired_or_canceled_card"))
    );
    let seen = shop.get(&format!("/v1/orders/{order}")).buyer("b-1").send().await.done(200);
    assert_eq!((&seen["status"], &seen["refunded_amount"]), (&json!("confirmed"), &json!(0)));
}

#[tokio::test]
async fn a_buyer_is_told_the_account_that_the_card_is_for() {
    let shop = open();
    let config = shop.get("/v1/payment-config").buyer("b-1").send().await.done(200);
    assert_eq!(config, json!({ "account": "odd", "publishable_key": "pk_test_odd" }));
    let config = shop.get("/v1/payment-config").token(SERVICE).buyer("b-10").send().await.done(200);
    assert_eq!(config["account"], "even");
}

#[tokio::test]
async fn without_a_provider_nothing_is_sold_for_it() {
    let shop = open();
    shop.house.till(|till| till.is_configured = false);
    for payment in [json!("provider"), Value::Null] {
        let put = shop.put_product("phone", json!({ "payment": payment })).await;
        put.names(400, "invalid_request", &["`payment`", "no payment provider configured"]);
    }
    shop.get("/v1/payment-config").buyer("b-1").send().await.problem(404, "not_found");
}
