//! The stock: read and adjusted.

use serde_json::json;

use crate::client::Reply;
use crate::fixture::{ADMIN, Fixture, SERVICE, open};

async fn adjust(shop: &Fixture, key: &str, delta: i64) -> Reply {
    let body = json!({ "delta": delta, "reason": "a delivery" });
    shop.post("/v1/products/phone/stock-adjustments").token(ADMIN).key(key).json(&body).send().await
}

#[tokio::test]
async fn units_are_added_and_taken_away() {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    let before = shop.get("/v1/products/phone/stock").send().await.done(200)["version"].as_u64();
    let added = adjust(&shop, "k-1", 50).await.done(201);
    assert_eq!((&added["product_id"], &added["delta"]), (&json!("phone"), &json!(50)));
    assert_eq!((&added["reason"], &added["stock"]["total"]), (&json!("a delivery"), &json!(60)));
    adjust(&shop, "k-2", -55).await.done(201);
    let stock = shop.get("/v1/products/phone/stock").send().await;
    let json = stock.done(200);
    assert!(json["version"].as_u64() > before);
    assert_eq!(json.as_object().expect("an object").len(), 5);
    assert_eq!(shop.stock("phone").await, [5, 5, 0, 0]);
}

#[tokio::test]
async fn an_adjustment_is_replayed_as_it_was_first_given() {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    let first = adjust(&shop, "k", 5).await.done(201);
    adjust(&shop, "k-2", 5).await.done(201);
    let again = adjust(&shop, "k", 5).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.done(201), first);
    adjust(&shop, "k", 6).await.problem(422, "idempotency_key_reused");
    assert_eq!(shop.stock("phone").await, [20, 20, 0, 0]);
}

#[tokio::test]
async fn units_that_are_held_or_sold_are_not_taken_away() {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    shop.reserve("phone", "b-1").await;
    shop.buy("phone", "b-2").await;
    let refused = adjust(&shop, "k", -9).await.problem(409, "stock_committed");
    assert_eq!((&refused["held"], &refused["sold"]), (&json!(1), &json!(1)));
    adjust(&shop, "k", -11).await.problem(409, "stock_committed");
    adjust(&shop, "k", -8).await.done(201);
}

#[tokio::test]
async fn only_admins_adjust() {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    let body = json!({ "delta": 1, "reason": "r" });
    let path = "/v1/products/phone/stock-adjustments";
    shop.post(path).key("k").token(SERVICE).json(&body).send().await.problem(403, "forbidden");
    shop.post(path).key("k").json(&body).send().await.problem(401, "unauthenticated");
    let nothing = shop.post("/v1/products/nothing/stock-adjustments").key("k").token(ADMIN).json(&body);
    nothing.send().await.problem(404, "not_found");
}
