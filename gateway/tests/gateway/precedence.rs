//! Where several things are wrong, the first of the table is said.

use serde_json::json;

use crate::client::Call;
use crate::fixture::{ADMIN, Fixture, VIEWER, open, product, service};

fn attempt(shop: &Fixture, product: &str) -> Call {
    shop.post(&format!("/v1/products/{product}/reservations"))
}

#[tokio::test]
async fn a_malformed_request_comes_before_bad_credentials() {
    let shop = service();
    let bad = |call: Call| call.token("nobody");
    let wrong = json!({ "quantity": 0 });
    bad(attempt(&shop, "nothing")).key("k").json(&wrong).send().await.problem(400, "invalid_request");
    bad(attempt(&shop, "nothing"))
        .key("k")
        .text("text/plain", "")
        .send()
        .await
        .problem(415, "invalid_request");
    let long = "x".repeat(20_000);
    bad(attempt(&shop, "nothing"))
        .key("k")
        .text("application/json", &long)
        .send()
        .await
        .problem(413, "invalid_request");
    let right = json!({ "quantity": 1 });
    bad(attempt(&shop, "nothing")).json(&right).send().await.problem(400, "idempotency_key_missing");
    bad(attempt(&shop, "a%20b")).key("k").json(&right).send().await.problem(400, "invalid_request");
    bad(attempt(&shop, "nothing"))
        .key("k")
        .buyer("a b")
        .json(&right)
        .send()
        .await
        .problem(400, "invalid_request");
    bad(shop.get("/v1/reservations?limit=0")).send().await.problem(400, "invalid_request");
    bad(shop.put("/v1/products/x"))
        .header("If-Match", "1")
        .json(&product(json!({})))
        .send()
        .await
        .problem(400, "invalid_request");
    bad(shop.delete("/v1/products")).send().await.problem(405, "invalid_request");
}

#[tokio::test]
async fn a_field_comes_before_a_missing_key() {
    let shop = open();
    attempt(&shop, "nothing").json(&json!({ "quantity": 0 })).send().await.problem(400, "invalid_request");
}

#[tokio::test]
async fn credentials_come_before_what_is_there() {
    let shop = service();
    let body = json!({ "quantity": 1 });
    attempt(&shop, "nothing").key("k").json(&body).send().await.problem(401, "unauthenticated");
    attempt(&shop, "nothing")
        .key("k")
        .token("nobody")
        .json(&body)
        .send()
        .await
        .problem(401, "unauthenticated");
    attempt(&shop, "nothing").key("k").token(VIEWER).json(&body).send().await.problem(403, "forbidden");
    let id = "0193a0c0-7001-7fff-8000-3f0c5a1d2e4f";
    shop.get(&format!("/v1/reservations/{id}")).send().await.problem(401, "unauthenticated");
    shop.get(&format!("/v1/refunds/{id}")).send().await.problem(401, "unauthenticated");
    shop.get("/v1/products/nothing/orders").send().await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn what_is_there_comes_before_a_key_and_a_key_before_the_sale() {
    let shop = open();
    shop.put_product("phone", json!({ "max_per_buyer": 5 })).await.done(201);
    shop.attempt("phone", "b-1", "k", 1).send().await.done(201);
    shop.operate("/v1/products/phone/pause", "p").await.done(200);
    shop.attempt("phone", "b-1", "k", 2).send().await.problem(422, "idempotency_key_reused");
    shop.attempt("phone", "b-1", "k", 1).send().await.done(201);
    shop.attempt("phone", "b-1", "other", 1).send().await.problem(403, "sale_paused");
}

#[tokio::test]
async fn within_the_sale_the_window_comes_first_and_sold_out_last() {
    let shop = open();
    let fields = |opens_at: &str| json!({ "stock": 1, "opens_at": opens_at });
    shop.put_product("phone", fields("2099-01-01T00:00:00Z")).await.done(201);
    shop.operate("/v1/products/phone/pause", "p").await.done(200);
    shop.attempt("phone", "b-1", "k", 9).send().await.problem(403, "sale_not_started");
    shop.put_product("phone", fields("2020-01-01T00:00:00Z")).await.done(200);
    shop.attempt("phone", "b-1", "k", 9).send().await.problem(403, "sale_paused");
    shop.operate("/v1/products/phone/resume", "r").await.done(200);
    shop.attempt("phone", "b-1", "k", 9).send().await.problem(403, "limit_reached");
    shop.attempt("phone", "b-2", "k", 1).send().await.done(201);
    shop.attempt("phone", "b-1", "k", 1).send().await.problem(409, "sold_out");
}

#[tokio::test]
async fn a_precondition_comes_before_a_conflict() {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    let body = product(json!({ "stock": 99 }));
    let put =
        |tag: &str| shop.put("/v1/products/phone").token(ADMIN).header("If-Match", tag).json(&body).send();
    put("\"7\"").await.problem(412, "precondition_failed");
    put("\"1\"").await.problem(409, "conflict");
}
