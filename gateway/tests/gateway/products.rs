//! Products: put, read, listed.

use serde_json::{Value, json};

use crate::fixture::{ADMIN, SERVICE, VIEWER, open, product, service};

#[tokio::test]
async fn a_product_is_created_with_defaults_and_read_again() {
    let shop = open();
    let made = shop.put_product("phone", json!({})).await;
    let json = made.done(201);
    assert_eq!(made.header("location"), Some("/v1/products/phone"));
    assert_eq!(made.header("etag"), Some("\"1\""));
    let created = made.member("created_at");
    let expected = json!({
        "id": "phone", "name": "Phone", "price": { "amount": 99_900, "currency": "usd" }, "stock": 10,
        "max_per_buyer": 1, "max_per_buyer_in_group": null, "hold_seconds": 600, "opens_at": null,
        "closes_at": null, "payment": "external", "lanes": 1, "status": "open", "revision": 1, "created_at": created,
        "current_stock": { "total": 10, "available": 10, "held": 0, "sold": 0,
                           "version": json["current_stock"]["version"] },
    });
    assert_eq!(json, expected);
    let read = shop.get("/v1/products/phone").send().await;
    assert_eq!(read.done(200), expected);
    assert_eq!(read.header("etag"), Some("\"1\""));
}

#[tokio::test]
async fn putting_the_same_again_changes_nothing() {
    let shop = open();
    let first = shop.put_product("phone", json!({})).await.done(201);
    shop.house.advance_secs(5);
    let again = shop.put_product("phone", json!({})).await;
    assert_eq!(again.header("etag"), Some("\"1\""));
    assert_eq!(again.header("location"), None);
    assert_eq!(again.done(200), first);
}

#[tokio::test]
async fn putting_what_was_read_changes_nothing() {
    let shop = open();
    let described =
        [json!({}), json!({ "opens_at": "2026-01-01T00:00:00Z", "closes_at": "2099-01-01T00:00:00Z" })];
    for (id, fields) in ["phone", "pad"].into_iter().zip(described) {
        shop.put_product(id, fields).await.done(201);
        shop.house.advance_secs(5);
        let path = format!("/v1/products/{id}");
        let mut read = shop.get(&path).send().await.done(200);
        let form = read.as_object_mut().expect("an object");
        for own in ["id", "status", "current_stock", "revision", "created_at"] {
            form.remove(own).expect("the server says it");
        }
        let put = shop.put(&path).token(ADMIN).json(&read).send().await;
        assert_eq!(put.header("etag"), Some("\"1\""), "{id}");
        assert_eq!(put.done(200), shop.get(&path).send().await.done(200), "{id}");
    }
}

#[tokio::test]
async fn a_product_is_changed_but_for_its_initial_stock() {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    let fields = json!({
        "name": "Phone 2", "price": { "amount": 5, "currency": "eur" }, "max_per_buyer": 3,
        "max_per_buyer_in_group": 4, "hold_seconds": 86_400, "opens_at": "2026-01-01T00:00:00Z",
        "closes_at": "2099-01-01T00:00:00.5Z", "payment": "none", "lanes": 1,
    });
    let changed = shop.put_product("phone", fields.clone()).await;
    assert_eq!(changed.header("etag"), Some("\"2\""));
    let json = changed.done(200);
    for (name, value) in fields.as_object().expect("an object") {
        let expected = match name.as_str() {
            "opens_at" => json!("2026-01-01T00:00:00.000Z"),
            "closes_at" => json!("2099-01-01T00:00:00.500Z"),
            _ => value.clone(),
        };
        assert_eq!(json[name], expected, "{name}");
    }
    let wrong = shop.put_product("phone", json!({ "stock": 11 })).await;
    wrong.names(409, "conflict", &["`stock`"]);
    assert_eq!(wrong.json()["current_status"], "open");
}

#[tokio::test]
async fn products_are_listed_in_pages() {
    let shop = open();
    for n in 0..5 {
        shop.put_product(&format!("p-{n}"), json!({})).await.done(201);
    }
    let mut path = "/v1/products?limit=2".to_owned();
    let mut ids = Vec::new();
    loop {
        let page = shop.get(&path).send().await.done(200);
        let data = page["data"].as_array().expect("an array").clone();
        ids.extend(data.iter().map(|product| product["id"].as_str().expect("an id").to_owned()));
        let Value::String(cursor) = &page["next_cursor"] else {
            assert_eq!(page["has_more"], false);
            break;
        };
        assert_eq!(page["has_more"], true);
        path = format!("/v1/products?limit=2&after={cursor}");
    }
    assert_eq!(ids, ["p-0", "p-1", "p-2", "p-3", "p-4"]);
    let all = shop.get("/v1/products").send().await.done(200);
    assert_eq!(all["data"][0]["current_stock"]["available"], 10);
}

#[tokio::test]
async fn only_admins_put_and_in_service_mode_only_tokens_read() {
    let shop = service();
    for (token, status, code) in
        [(VIEWER, 403, "forbidden"), (SERVICE, 403, "forbidden"), ("x", 401, "unauthenticated")]
    {
        let reply = shop.put("/v1/products/phone").token(token).json(&product(json!({}))).send().await;
        reply.problem(status, code);
    }
    shop.put_product("phone", json!({})).await.done(201);
    for path in ["/v1/products", "/v1/products/phone", "/v1/products/phone/stock"] {
        shop.get(path).send().await.problem(401, "unauthenticated");
        shop.get(path).buyer("b-1").send().await.problem(401, "unauthenticated");
        for token in [VIEWER, SERVICE, ADMIN] {
            shop.get(path).token(token).send().await.done(200);
        }
    }
    shop.get("/v1/products/nothing").token(VIEWER).send().await.problem(404, "not_found");
    shop.get("/v1/products/nothing/stock").token(VIEWER).send().await.problem(404, "not_found");
}

#[tokio::test]
async fn what_the_provider_would_not_charge_is_not_put_on_sale() {
    let shop = open();
    let price = |amount: u64, currency: &str| json!({ "amount": amount, "currency": currency });
    for (price, limits, words) in [
        (price(0, "usd"), (1, None), ["`price.amount`", "from 50 to 99999999: "]),
        (price(49, "usd"), (1, None), ["`price.amount`", "from 50 to 99999999: "]),
        (price(100_000_000, "usd"), (1, None), ["`price.amount`", "from 50 to 99999999: "]),
        (price(550, "isk"), (1, None), ["`price.amount`", "a multiple of 100: "]),
        (price(5_000, "xxx"), (1, None), ["`price.currency`", "that the payment provider takes"]),
        (price(50_000_000, "eur"), (2, None), ["`max_per_buyer`", "at most 1 at this price"]),
        (price(99_900, "usd"), (1_002, Some(1_002)), ["`max_per_buyer`", "at most 1001 at this price"]),
        (price(100, "usd"), (u32::MAX, None), ["`max_per_buyer`", "at most 999999 at this price"]),
    ] {
        let (one, group) = limits;
        let fields = json!({ "price": price, "payment": "provider", "max_per_buyer": one, "max_per_buyer_in_group": group });
        shop.put_product("phone", fields.clone()).await.names(400, "invalid_request", &words);
        let mut outside = fields;
        outside["payment"] = json!("external");
        shop.put_product("cap", outside).await;
    }
    shop.get("/v1/products/phone").send().await.problem(404, "not_found");
    shop.get("/v1/products/cap").send().await.done(200);
    for (price, limits) in [
        (price(50, "usd"), (1, None)),
        (price(99_999_999, "eur"), (1, None)),
        (price(500, "isk"), (1, None)),
        (price(99_900, "usd"), (1_001, None)),
        (price(99_900, "usd"), (5_000, Some(2))),
        (price(99, "usd"), (u32::MAX, None)),
    ] {
        let (one, group) = limits;
        let fields = json!({ "price": price, "payment": "provider", "max_per_buyer": one, "max_per_buyer_in_group": group });
        let put = shop.put_product("phone", fields).await;
        assert!(matches!(put.status, 200 | 201), "{price} {limits:?}: {}", put.text());
    }
}
