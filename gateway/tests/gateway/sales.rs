//! Opening, pausing, closing and archiving.

use serde_json::json;

use crate::fixture::{ADMIN, SERVICE, VIEWER, open};

#[tokio::test]
async fn a_product_is_paused_resumed_and_archived() {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    let paused = shop.operate("/v1/products/phone/pause", "k-1").await;
    assert_eq!(paused.done(200)["status"], "paused");
    assert!(paused.header("etag").is_some());
    shop.attempt("phone", "b-1", "k", 1).send().await.problem(403, "sale_paused");
    assert_eq!(shop.operate("/v1/products/phone/resume", "k-2").await.done(200)["status"], "open");
    shop.attempt("phone", "b-1", "k", 1).send().await.done(201);
    assert_eq!(shop.operate("/v1/products/phone/archive", "k-3").await.done(200)["status"], "archived");
    shop.attempt("phone", "b-2", "k", 1).send().await.problem(410, "sale_ended");
    shop.put_product("phone", json!({})).await.problem(409, "conflict");
}

#[tokio::test]
async fn the_same_key_pauses_once() {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    shop.operate("/v1/products/phone/pause", "k").await.done(200);
    shop.operate("/v1/products/phone/resume", "k").await.done(200);
    let replayed = shop.operate("/v1/products/phone/pause", "k").await;
    assert_eq!(replayed.header("idempotent-replayed"), Some("true"));
    assert_eq!(replayed.done(200)["status"], "paused");
    assert_eq!(shop.get("/v1/products/phone").send().await.done(200)["status"], "open");
}

#[tokio::test]
async fn a_sale_opens_and_closes_by_log_time() {
    let shop = open();
    let at = |seconds: u64| {
        let time =
            std::time::UNIX_EPOCH + std::time::Duration::from_millis(shop.house.now().0 + seconds * 1_000);
        humantime::format_rfc3339_millis(time).to_string()
    };
    let (opens_at, closes_at) = (at(3_600), at(7_200));
    shop.put_product("phone", json!({ "opens_at": opens_at, "closes_at": closes_at })).await.done(201);
    let early = shop.attempt("phone", "b-1", "k", 1).send().await;
    assert_eq!(early.problem(403, "sale_not_started")["opens_at"], opens_at);
    let seconds: u64 = early.header("retry-after").expect("a header").parse().expect("a number");
    assert!((3_590..=3_600).contains(&seconds), "{seconds}");
    assert_eq!(shop.get("/v1/products/phone").send().await.done(200)["status"], "scheduled");
    shop.house.advance_secs(3_600);
    shop.attempt("phone", "b-1", "k", 1).send().await.done(201);
    shop.house.advance_secs(3_600);
    shop.attempt("phone", "b-2", "k", 1).send().await.problem(410, "sale_ended");
    assert_eq!(shop.get("/v1/products/phone").send().await.done(200)["status"], "closed");
}

#[tokio::test]
async fn only_admins_do_so_and_only_to_what_is_there() {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    for verb in ["pause", "resume", "archive"] {
        let path = format!("/v1/products/phone/{verb}");
        shop.post(&path).key("k").send().await.problem(401, "unauthenticated");
        shop.post(&path).key("k").buyer("b-1").send().await.problem(401, "unauthenticated");
        for token in [VIEWER, SERVICE] {
            shop.post(&path).key("k").token(token).send().await.problem(403, "forbidden");
        }
        shop.post(&path).token(ADMIN).send().await.problem(400, "idempotency_key_missing");
        let nothing = shop.operate(&format!("/v1/products/nothing/{verb}"), "k").await;
        nothing.problem(404, "not_found");
    }
}
