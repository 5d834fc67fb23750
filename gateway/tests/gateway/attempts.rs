//! Reserving, purchasing, reading and giving back.

use serde_json::{Value, json};

use crate::fixture::{ADMIN, SERVICE, VIEWER, open, service};

#[tokio::test]
async fn a_reservation_is_made_read_and_given_back() {
    let shop = open();
    shop.put_product("phone", json!({ "max_per_buyer": 2 })).await.done(201);
    let made = shop
        .post("/v1/products/phone/reservations")
        .buyer("b-1")
        .key("k-1")
        .json(&json!({ "quantity": 2, "reference": "cart-77" }))
        .send()
        .await;
    let id = made.member("id");
    assert_eq!(made.header("location"), Some(format!("/v1/reservations/{id}").as_str()));
    assert_eq!(made.header("cache-control"), Some("no-store"));
    assert_eq!(made.header("idempotent-replayed"), None);
    let created = made.member("created_at");
    let expected = json!({
        "id": id, "product_id": "phone", "buyer_id": "b-1", "quantity": 2, "amount": 199_800, "currency": "usd",
        "reference": "cart-77", "status": "held", "created_at": created, "expires_at": made.member("expires_at"),
        "order_id": null, "payment": null,
    });
    assert_eq!(made.done(201), expected);
    assert_eq!(created.len(), "2026-11-27T18:00:00.000Z".len());
    assert_eq!(shop.stock("phone").await, [10, 8, 2, 0]);

    let path = format!("/v1/reservations/{id}");
    assert_eq!(shop.get(&path).buyer("b-1").send().await.done(200), expected);
    shop.get(&path).buyer("b-2").send().await.problem(404, "not_found");
    assert_eq!(shop.get(&path).token(VIEWER).send().await.done(200), expected);

    shop.delete(&path).buyer("b-2").send().await.problem(404, "not_found");
    for _ in 0..2 {
        let cancelled = shop.delete(&path).buyer("b-1").send().await.done(200);
        assert_eq!(cancelled["status"], "cancelled");
    }
    assert_eq!(shop.stock("phone").await, [10, 10, 0, 0]);
}

#[tokio::test]
async fn a_hold_expires() {
    let shop = open();
    shop.put_product("phone", json!({ "hold_seconds": 60 })).await.done(201);
    let id = shop.reserve("phone", "b-1").await;
    shop.house.advance_secs(60);
    let path = format!("/v1/reservations/{id}");
    assert_eq!(shop.get(&path).buyer("b-1").send().await.done(200)["status"], "expired");
    shop.delete(&path).buyer("b-1").send().await.problem(410, "reservation_expired");
}

#[tokio::test]
async fn a_product_without_payment_is_bought_at_once() {
    let shop = open();
    shop.put_product("slot", json!({ "payment": "none", "max_per_buyer": 2 })).await.done(201);
    let bought = shop
        .post("/v1/products/slot/purchases")
        .buyer("b-1")
        .key("k")
        .json(&json!({ "quantity": 1, "payment_method": null }))
        .send()
        .await;
    let json = bought.done(201);
    assert_eq!((&json["status"], &json["payment"]), (&json!("paid"), &Value::Null));
    assert!(bought.header("location").is_some());
    let order =
        shop.get(&format!("/v1/orders/{}", bought.member("order_id"))).buyer("b-1").send().await.done(200);
    assert_eq!((&order["capture"], &order["payment_id"]), (&json!("external"), &Value::Null));
    let reserved = shop.attempt("slot", "b-1", "k-2", 1).send().await.done(201);
    assert_eq!(reserved["status"], "paid");
    assert_eq!(shop.stock("slot").await, [10, 8, 0, 2]);
}

#[tokio::test]
async fn a_product_with_payment_outside_is_not_purchased() {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    let body = json!({ "quantity": 1, "payment_method": "pm_card_visa" });
    for is_configured in [true, false] {
        shop.house.till(|till| till.is_configured = is_configured);
        let reply = shop.post("/v1/products/phone/purchases").buyer("b").key("k").json(&body).send().await;
        let problem = reply.problem(409, "conflict");
        assert_eq!(problem["current_status"], "open");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("`external`")), "{problem}");
    }
}

#[tokio::test]
async fn refusals_say_what_a_client_needs() {
    let shop = open();
    shop.put_product("phone", json!({ "stock": 2 })).await.done(201);
    let held = shop.reserve("phone", "b-1").await;
    let limit = shop.attempt("phone", "b-1", "again", 1).send().await.problem(403, "limit_reached");
    assert_eq!((&limit["limit"], &limit["reservations"]), (&json!(1), &json!([held])));

    shop.put_product("phone", json!({ "stock": 2, "max_per_buyer": 5 })).await.done(200);
    let sold_out = shop.attempt("phone", "b-2", "k", 2).send().await.problem(409, "sold_out");
    assert_eq!((&sold_out["available"], &sold_out["may_return"]), (&json!(1), &json!(true)));

    shop.put_product("empty", json!({ "stock": 0 })).await.done(201);
    let sold_out = shop.attempt("empty", "b-2", "k", 1).send().await.problem(409, "sold_out");
    assert_eq!((&sold_out["available"], &sold_out["may_return"]), (&json!(0), &json!(false)));
}

#[tokio::test]
async fn a_limit_of_a_group_is_named_as_such() {
    let shop = open();
    for id in ["shoe.42", "shoe.43"] {
        shop.put_product(id, json!({ "max_per_buyer_in_group": 1 })).await.done(201);
    }
    let held = shop.reserve("shoe.42", "b-1").await;
    let limit = shop.attempt("shoe.43", "b-1", "k", 1).send().await.problem(403, "limit_reached");
    assert_eq!((&limit["in_group"], &limit["reservations"]), (&json!(true), &json!([held])));
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let shop = open();
    shop.attempt("nothing", "b-1", "k", 1).send().await.problem(404, "not_found");
    // The shard that the second id carries is beyond those of the cluster.
    for id in ["0193a0c0-7001-7000-8000-3f0c5a1d2e4f", "0193a0c0-7001-7fff-8000-3f0c5a1d2e4f"] {
        shop.get(&format!("/v1/reservations/{id}")).buyer("b").send().await.problem(404, "not_found");
        shop.delete(&format!("/v1/reservations/{id}")).buyer("b").send().await.problem(404, "not_found");
        shop.get(&format!("/v1/orders/{id}")).buyer("b").send().await.problem(404, "not_found");
        shop.get(&format!("/v1/refunds/{id}")).token(VIEWER).send().await.problem(404, "not_found");
        let release = shop.post(&format!("/v1/reservations/{id}/release")).token(SERVICE).send().await;
        release.problem(404, "not_found");
        let refund = shop.post(&format!("/v1/orders/{id}/refunds")).token(ADMIN).key("k").json(&json!({}));
        refund.send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_shop_acts_for_buyers_and_gives_back_any_hold() {
    let shop = service();
    shop.put_product("phone", json!({ "max_per_buyer": 2 })).await.done(201);
    let first = shop.reserve("phone", "b-1").await;
    let second = shop.reserve("phone", "b-2").await;
    shop.delete(&format!("/v1/reservations/{first}")).token(SERVICE).send().await.done(200);
    let as_another =
        shop.delete(&format!("/v1/reservations/{second}")).token(SERVICE).buyer("b-1").send().await;
    as_another.problem(404, "not_found");
    shop.delete(&format!("/v1/reservations/{second}")).token(ADMIN).buyer("b-2").send().await.done(200);
}
