//! Probes and metrics.

use axum::http::Method;
use gateway::{App, Buyers, Config, Operators};
use serde_json::json;

use crate::client::Call;
use crate::fixture::{ADMIN, Fixture, VIEWER, config, open};

#[tokio::test]
async fn a_node_is_alive_and_ready_until_it_drains() {
    let shop = open();
    let (alive, ready) = (shop.get("/healthz").send().await, shop.get("/readyz").send().await);
    assert_eq!((alive.status, alive.text()), (200, "ok"));
    assert_eq!(ready.status, 200);
    shop.house.is_ready(Err("the meta group has no leader"));
    shop.get("/readyz").send().await.names(503, "unavailable", &["the meta group has no leader"]);
    shop.house.is_ready(Ok(()));
    shop.gateway.drain().begin();
    let draining = shop.get("/readyz").send().await;
    draining.names(503, "unavailable", &["draining"]);
    assert_eq!(draining.header("retry-after"), Some("1"));
    assert_eq!(shop.get("/healthz").send().await.status, 200);
    shop.get("/v1/products").send().await.done(200);
}

#[tokio::test]
async fn attempts_are_counted_by_outcome_and_requests_timed_by_route() {
    let shop = open();
    shop.put_product("phone", json!({ "stock": 1 })).await.done(201);
    shop.reserve("phone", "b-1").await;
    shop.reserve("phone", "b-1").await;
    shop.attempt("phone", "b-2", "k", 1).send().await.problem(409, "sold_out");
    shop.attempt("phone", "b-2", "k", 0).send().await.problem(400, "invalid_request");
    shop.get("/nothing").send().await.problem(404, "not_found");
    let metrics = shop.get("/metrics").token(VIEWER).send().await;
    assert_eq!(metrics.status, 200);
    assert!(
        metrics.header("content-type").is_some_and(|kind| kind.starts_with("application/openmetrics-text"))
    );
    let route = "method=\"POST\",route=\"/v1/products/{id}/reservations\"";
    for line in [
        "flashsale_attempts_total{outcome=\"granted\"} 1",
        "flashsale_attempts_total{outcome=\"replayed\"} 1",
        "flashsale_attempts_total{outcome=\"sold_out\"} 1",
        "flashsale_attempts_total{outcome=\"invalid_request\"} 1",
        &format!("flashsale_http_request_seconds_count{{{route},status=\"2xx\"}} 2"),
        &format!("flashsale_http_request_seconds_count{{{route},status=\"4xx\"}} 2"),
        "# EOF",
    ] {
        assert!(metrics.text().contains(line), "{line}: {}", metrics.text());
    }
    assert!(!metrics.text().contains("phone") && !metrics.text().contains("nothing"));
}

fn call(app: &App, method: Method, path: &str) -> Call {
    Call::new(app, method, path)
}

#[tokio::test]
async fn with_an_admin_listener_operators_and_metrics_answer_only_there() {
    let shop = Fixture::with(Config { operators: Operators::Apart, ..config(Buyers::Open) });
    let admin = shop.gateway.admin_app();
    let body = crate::fixture::product(json!({}));
    let put = |app: &App| call(app, Method::PUT, "/v1/products/phone").token(ADMIN).json(&body).send();
    put(&shop.app).await.problem(405, "invalid_request");
    put(&admin).await.done(201);
    for (path, status) in [
        ("/metrics", 404),
        ("/v1/audit", 404),
        ("/v1/cluster", 404),
        ("/v1/products/phone/orders", 404),
        ("/v1/products/phone/reservations", 405),
    ] {
        assert_eq!(call(&shop.app, Method::GET, path).token(ADMIN).send().await.status, status, "{path}");
        assert_eq!(call(&admin, Method::GET, path).token(ADMIN).send().await.status, 200, "{path}");
    }
    assert_eq!(call(&admin, Method::GET, "/metrics").send().await.status, 200);
    for path in ["/healthz", "/readyz", "/problems", "/v1/products", "/v1/products/phone/stock"] {
        assert_eq!(call(&admin, Method::GET, path).send().await.status, 200, "{path}");
        assert_eq!(call(&shop.app, Method::GET, path).send().await.status, 200, "{path}");
    }
    shop.attempt("phone", "b-1", "k", 1).send().await.done(201);
    let attempt = call(&admin, Method::POST, "/v1/products/phone/purchases").buyer("b-2").key("k");
    attempt.json(&json!({ "quantity": 1 })).send().await.problem(404, "not_found");
}
