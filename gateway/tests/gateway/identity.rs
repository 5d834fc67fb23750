//! Who may do what: every route, every role, both modes.

use axum::http::Method;
use serde_json::{Value, json};

use crate::client::Call;
use crate::fixture::{ADMIN, Fixture, SERVICE, VIEWER, open, product, service};

/// Callers in the order of the columns below: nobody, a buyer alone, and each role without and with a buyer.
const CALLERS: [(Option<&str>, Option<&str>); 8] = [
    (None, None),
    (None, Some("b-1")),
    (Some(VIEWER), None),
    (Some(VIEWER), Some("b-1")),
    (Some(SERVICE), None),
    (Some(SERVICE), Some("b-1")),
    (Some(ADMIN), None),
    (Some(ADMIN), Some("b-1")),
];

/// What a route is, and whom it lets in: `+` yes, `1` 401, `3` 403, `0` 400.
struct Rule {
    method: Method,
    path: &'static str,
    body: Option<Value>,
    open: &'static str,
    service: &'static str,
}

fn rule(
    method: Method,
    path: &'static str,
    body: Option<Value>,
    open: &'static str,
    service: &'static str,
) -> Rule {
    Rule { method, path, body, open, service }
}

const ID: &str = "0193a0c0-7001-7000-8000-3f0c5a1d2e4f";

fn rules() -> Vec<Rule> {
    let (get, post) = (Method::GET, Method::POST);
    let attempt = Some(json!({ "quantity": 1 }));
    let card = Some(json!({ "payment_method": "pm_card_visa" }));
    let confirmation = Some(json!({ "payment_reference": "p", "amount": 1, "currency": "usd" }));
    vec![
        rule(get.clone(), "/v1/products", None, "++++++++", "11++++++"),
        rule(get.clone(), "/v1/products/phone", None, "++++++++", "11++++++"),
        rule(get.clone(), "/v1/products/phone/stock", None, "++++++++", "11++++++"),
        rule(post.clone(), "/v1/products/phone/reservations", attempt.clone(), "1+0+0+0+", "11330+0+"),
        rule(post.clone(), "/v1/products/phone/purchases", attempt, "1+0+0+0+", "11330+0+"),
        rule(get.clone(), "/v1/payment-config", None, "1+0+0+0+", "11330+0+"),
        rule(post.clone(), "/v1/reservations/{id}/payment", card, "1+0+0+0+", "11330+0+"),
        rule(get.clone(), "/v1/reservations", None, "1+++++++", "11++++++"),
        rule(get.clone(), "/v1/reservations/{id}", None, "1+++++++", "11++++++"),
        rule(Method::DELETE, "/v1/reservations/{id}", None, "1+3+++++", "1133++++"),
        rule(get.clone(), "/v1/orders", None, "1+++++++", "11++++++"),
        rule(get.clone(), "/v1/orders/{id}", None, "1+++++++", "11++++++"),
        rule(post.clone(), "/v1/reservations/{id}/checkout", None, "1133++++", "1133++++"),
        rule(post.clone(), "/v1/reservations/{id}/confirm", confirmation, "1133++++", "1133++++"),
        rule(post.clone(), "/v1/reservations/{id}/release", None, "1133++++", "1133++++"),
        rule(Method::PUT, "/v1/products/phone", Some(product(json!({}))), "113333++", "113333++"),
        rule(post.clone(), "/v1/products/phone/pause", None, "113333++", "113333++"),
        rule(post.clone(), "/v1/products/phone/resume", None, "113333++", "113333++"),
        rule(
            post.clone(),
            "/v1/products/phone/stock-adjustments",
            Some(json!({ "delta": 1, "reason": "r" })),
            "113333++",
            "113333++",
        ),
        rule(get.clone(), "/v1/products/phone/reservations", None, "11++++++", "11++++++"),
        rule(get.clone(), "/v1/products/phone/orders", None, "11++++++", "11++++++"),
        rule(post.clone(), "/v1/orders/{id}/refunds", Some(json!({})), "113333++", "113333++"),
        rule(get.clone(), "/v1/refunds/{id}", None, "11++++++", "11++++++"),
        rule(get.clone(), "/v1/audit", None, "11++++++", "11++++++"),
        rule(get.clone(), "/v1/cluster", None, "11++++++", "11++++++"),
        rule(get.clone(), "/metrics", None, "11++++++", "11++++++"),
        rule(get.clone(), "/healthz", None, "++++++++", "++++++++"),
        rule(get.clone(), "/readyz", None, "++++++++", "++++++++"),
        rule(get.clone(), "/problems", None, "++++++++", "++++++++"),
        rule(get, "/", None, "++++++++", "++++++++"),
        rule(post, "/v1/products/phone/archive", None, "113333++", "113333++"),
    ]
}

fn call(shop: &Fixture, rule: &Rule, number: usize) -> Call {
    let (token, buyer) = CALLERS[number];
    let mut call = Call::new(&shop.app, rule.method.clone(), &rule.path.replace("{id}", ID));
    if rule.method == Method::POST {
        call = call.key(&format!("k-{number}"));
    }
    if let Some(body) = &rule.body {
        call = call.json(body);
    }
    if let Some(token) = token {
        call = call.token(token);
    }
    match buyer {
        Some(buyer) => call.buyer(buyer),
        None => call,
    }
}

async fn check(shop: &Fixture, expected: impl Fn(&Rule) -> &'static str) {
    shop.put_product("phone", json!({ "max_per_buyer": 100 })).await.done(201);
    for rule in rules() {
        let mut seen = String::new();
        for number in 0..CALLERS.len() {
            let reply = call(shop, &rule, number).send().await;
            seen.push(match reply.status {
                400 => '0',
                401 => '1',
                403 if reply.json()["code"] == "forbidden" => '3',
                _ => '+',
            });
        }
        assert_eq!(seen, expected(&rule), "{} {}", rule.method, rule.path);
    }
}

#[tokio::test]
async fn in_open_mode() {
    check(&open(), |rule| rule.open).await;
}

#[tokio::test]
async fn in_service_mode() {
    check(&service(), |rule| rule.service).await;
}

#[tokio::test]
async fn bad_credentials_are_not_the_same_as_none() {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    for authorization in
        ["Bearer nobody", "Bearer ", "Basic YTpi", "viewer-token", "Bearer viewer-token-2", ""]
    {
        let reply = shop.get("/v1/products").header("Authorization", authorization).send().await;
        reply.problem(401, "unauthenticated");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        let attempt =
            shop.attempt("phone", "b-1", "k", 1).header("Authorization", authorization).send().await;
        attempt.problem(401, "unauthenticated");
    }
    for authorization in ["bearer viewer-token", "BEARER  second-viewer-token "] {
        shop.get("/v1/audit").header("Authorization", authorization).send().await.done(200);
    }
}

#[tokio::test]
async fn a_reader_sees_their_own_and_a_role_sees_all() {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    shop.reserve("phone", "b-1").await;
    let order = shop.buy("phone", "b-2").await;
    let count = async |path: &str, token: Option<&str>, buyer: Option<&str>| {
        let mut call = shop.get(path);
        if let Some(token) = token {
            call = call.token(token);
        }
        if let Some(buyer) = buyer {
            call = call.buyer(buyer);
        }
        call.send().await.done(200)["data"].as_array().map(Vec::len)
    };
    assert_eq!(count("/v1/reservations", None, Some("b-1")).await, Some(1));
    assert_eq!(count("/v1/reservations", None, Some("b-3")).await, Some(0));
    assert_eq!(count("/v1/reservations", Some(VIEWER), None).await, Some(2));
    assert_eq!(count("/v1/reservations", Some(ADMIN), Some("b-2")).await, Some(1));
    assert_eq!(count("/v1/orders", None, Some("b-1")).await, Some(0));
    assert_eq!(count("/v1/orders", None, Some("b-2")).await, Some(1));
    assert_eq!(count("/v1/orders", Some(SERVICE), None).await, Some(1));
    shop.get(&format!("/v1/orders/{order}")).buyer("b-1").send().await.problem(404, "not_found");
}
