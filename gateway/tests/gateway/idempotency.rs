//! The same key, again.

use serde_json::json;

use crate::fixture::{SERVICE, open, service};

#[tokio::test]
async fn a_retry_gets_the_answer_as_it_was_first_given() {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    let first = shop.attempt("phone", "b-1", "k", 1).send().await;
    let id = first.member("id");
    shop.delete(&format!("/v1/reservations/{id}")).buyer("b-1").send().await.done(200);
    for key in ["k", "\"k\""] {
        let again = shop.attempt("phone", "b-1", key, 1).send().await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.header("location"), first.header("location"));
        assert_eq!(again.done(201), first.done(201));
    }
    assert_eq!(shop.stock("phone").await, [10, 10, 0, 0]);
}

#[tokio::test]
async fn what_the_body_means_counts_and_not_how_it_is_written() {
    let shop = open();
    shop.put_product("phone", json!({ "max_per_buyer": 5 })).await.done(201);
    shop.attempt("phone", "b-1", "k", 1).send().await.done(201);
    let path = "/v1/products/phone/reservations";
    let spaced = "{ \"reference\" : null,\n \"quantity\":1 }";
    let again =
        shop.post(path).buyer("b-1").key("k").text("application/json; charset=utf-8", spaced).send().await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    shop.attempt("phone", "b-1", "k", 2).send().await.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_key_is_the_buyers_own_and_the_paths_own() {
    let shop = open();
    for id in ["phone", "pad"] {
        shop.put_product(id, json!({})).await.done(201);
    }
    for (product, buyer) in [("phone", "b-1"), ("phone", "b-2"), ("pad", "b-1")] {
        let reply = shop.attempt(product, buyer, "k", 1).send().await;
        reply.done(201);
        assert_eq!(reply.header("idempotent-replayed"), None, "{product} {buyer}");
    }
}

#[tokio::test]
async fn a_refusal_is_not_remembered() {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    shop.operate("/v1/products/phone/pause", "k").await.done(200);
    shop.attempt("phone", "b-1", "k", 1).send().await.problem(403, "sale_paused");
    shop.operate("/v1/products/phone/resume", "k").await.done(200);
    let reply = shop.attempt("phone", "b-1", "k", 1).send().await;
    reply.done(201);
    assert_eq!(reply.header("idempotent-replayed"), None);
}

#[tokio::test]
async fn no_buyer_shares_keys_with_a_role() {
    let shop = service();
    shop.put_product("phone", json!({})).await.done(201);
    let id = shop.reserve("phone", "service").await;
    let path = format!("/v1/reservations/{id}/checkout");
    shop.post(&path).token(SERVICE).buyer("service").key("k").send().await.done(200);
    let reply = shop.post(&path).token(SERVICE).key("k").send().await;
    reply.problem(409, "conflict");
}

#[tokio::test]
async fn an_escaped_path_is_the_same_path() {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    shop.attempt("phone", "b-1", "k", 1).send().await.done(201);
    let again = shop.attempt("%70hone", "b-1", "k", 1).send().await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
}
