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
        &format!("flashsale_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION")),
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
async fn a_browser_finds_its_way_from_the_first_page() {
    let shop = open();
    let page = shop.get("/").send().await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    for path in ["/healthz", "/readyz", "/problems"] {
        assert!(page.text().contains(&format!("href=\"{path}\"")), "{}", page.text());
        assert_eq!(shop.get(path).send().await.status, 200, "{path}");
    }
    assert!(page.text().contains("docs/api.md"));
}

#[tokio::test]
async fn with_an_admin_listener_operators_and_metrics_answer_only_there() {
    let shop = Fixture::with(Config { operators: Operators::Apart, ..config(Buyers::Open) });
    let admin = shop.gateway.admin_app();
    let body = crate::fixture::product(json!({}));
    let put = |app: &App| call(app, Method::PUT, "/v1/products/phone").token(ADMIN).json(&body).send();
    put(&shop.app).await.names(404, "not_found", &["admin listener"]);
    put(&admin).await.done(201);
    for path in [
        "/metrics",
        "/v1/audit",
        "/v1/cluster",
        "/v1/products/phone/orders",
        "/v1/products/phone/reservations",
    ] {
        let there = call(&shop.app, Method::GET, path).token(ADMIN).send().await;
        there.names(404, "not_found", &["admin listener"]);
        assert_eq!(call(&admin, Method::GET, path).token(ADMIN).send().await.status, 200, "{path}");
    }
    assert_eq!(call(&admin, Method::GET, "/metrics").send().await.status, 200);
    for path in ["/healthz", "/readyz", "/problems", "/v1/products", "/v1/products/phone/stock"] {
        assert_eq!(call(&admin, Method::GET, path).send().await.status, 200, "{path}");
        assert_eq!(call(&shop.app, Method::GET, path).send().await.status, 200, "{path}");
    }
    shop.attempt("phone", "b-1", "k", 1).send().await.done(201);
    let attempt = call(&admin, Method::POST, "/v1/products/phone/purchases").buyer("b-2").key("k");
    attempt.json(&json!({ "quantity": 1 })).send().await.names(404, "not_found", &["http listener"]);
    call(&shop.app, Method::GET, "/v1/nothing").send().await.names(404, "not_found", &["no such thing"]);
    let (public, admin) = (call(&shop.app, Method::GET, "/"), call(&admin, Method::GET, "/"));
    let (public, admin) = (public.send().await, admin.send().await);
    assert!(!public.text().contains("/v1/audit") && admin.text().contains("/v1/audit"));
    assert!(public.text().contains("/v1/webhooks") && !admin.text().contains("/v1/webhooks"));
}
