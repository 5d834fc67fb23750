//! `If-Match` and `If-None-Match`: change only what one has seen.

use serde_json::json;

use crate::client::Reply;
use crate::fixture::{ADMIN, Fixture, open, product};

async fn put_if(shop: &Fixture, header: &'static str, value: &str, price: u64) -> Reply {
    let body = product(json!({ "price": { "amount": price, "currency": "usd" } }));
    shop.put("/v1/products/phone").token(ADMIN).header(header, value).json(&body).send().await
}

#[tokio::test]
async fn a_change_of_what_one_has_seen_is_made() {
    let shop = open();
    put_if(&shop, "If-None-Match", "*", 1).await.done(201);
    put_if(&shop, "If-Match", "\"1\"", 2).await.done(200);
    put_if(&shop, "If-Match", "*", 3).await.done(200);
    put_if(&shop, "If-Match", "\"1\", \"3\"", 4).await.done(200);
    assert_eq!(shop.get("/v1/products/phone").send().await.header("etag"), Some("\"4\""));
}

#[tokio::test]
async fn a_change_of_what_has_changed_since_is_not() {
    let shop = open();
    for value in ["*", "\"1\"", "\"1\", \"2\"", "\"other\""] {
        let problem = put_if(&shop, "If-Match", value, 1).await.problem(412, "precondition_failed");
        assert_eq!(problem["revision"], 0, "{value}");
    }
    put_if(&shop, "If-None-Match", "*", 1).await.done(201);
    for (header, value) in [
        ("If-None-Match", "*"),
        ("If-Match", "\"2\""),
        ("If-Match", "\"2\", \"3\""),
        ("If-Match", "W/\"1\""),
        ("If-Match", "\"other\""),
    ] {
        let problem = put_if(&shop, header, value, 9).await.problem(412, "precondition_failed");
        assert_eq!(problem["revision"], 1, "{header}: {value}");
    }
    assert_eq!(shop.get("/v1/products/phone").send().await.done(200)["price"]["amount"], 1);
}

#[tokio::test]
async fn a_malformed_condition_is_named() {
    let shop = open();
    put_if(&shop, "If-Match", "1", 1).await.names(400, "invalid_request", &["`If-Match`"]);
    put_if(&shop, "If-None-Match", "\"1\"", 1).await.names(400, "invalid_request", &["`If-None-Match`"]);
}
