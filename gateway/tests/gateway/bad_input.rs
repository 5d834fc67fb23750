//! Whatever is sent: an answer that names the thing and what it takes, and nothing changed.

use axum::body::{Body, Bytes};
use futures_util::stream;
use serde_json::{Value, json};

use crate::client::Reply;
use crate::fixture::{ADMIN, Fixture, SERVICE, open, product};

async fn attempt(shop: &Fixture, body: &str) -> Reply {
    let path = "/v1/products/phone/reservations";
    shop.post(path).buyer("b-1").key("k").text("application/json", body).send().await
}

async fn sale() -> Fixture {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    shop
}

#[tokio::test]
async fn bodies_that_are_not_what_a_reservation_takes() {
    let shop = sale().await;
    let deep = format!("{{\"quantity\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    for (body, words) in [
        ("", ["empty", "JSON object"]),
        ("{", ["not JSON", "line 1"]),
        ("{\"quantity\":1}x", ["not JSON", "line 1"]),
        ("{\"quantity\":1} {\"quantity\":1}", ["not JSON", "line 1"]),
        ("{'quantity':1}", ["not JSON", "line 1"]),
        ("{\"quantity\":1,}", ["not JSON", "line 1"]),
        ("{\"quantity\":NaN}", ["not JSON", "line 1"]),
        ("{\"quantity\":01}", ["not JSON", "line 1"]),
        ("null", ["JSON object", "`quantity`"]),
        ("[1]", ["JSON object", "`quantity`"]),
        ("\"1\"", ["JSON object", "`quantity`"]),
        ("{}", ["`quantity` is missing", "1 to 1000000"]),
        ("{\"quantity\":null}", ["`quantity`", "1 to 1000000"]),
        ("{\"quantity\":\"1\"}", ["`quantity`", "1 to 1000000"]),
        ("{\"quantity\":1.0}", ["`quantity`", "1 to 1000000"]),
        ("{\"quantity\":1e2}", ["`quantity`", "1 to 1000000"]),
        ("{\"quantity\":true}", ["`quantity`", "1 to 1000000"]),
        ("{\"quantity\":{}}", ["`quantity`", "1 to 1000000"]),
        ("{\"quantity\":0}", ["`quantity`", "1 to 1000000"]),
        ("{\"quantity\":-1}", ["`quantity`", "1 to 1000000"]),
        ("{\"quantity\":1000001}", ["`quantity`", "1 to 1000000"]),
        ("{\"quantity\":99999999999999999999999}", ["`quantity`", "1 to 1000000"]),
        ("{\"quantity\":1,\"quantity\":2}", ["`quantity`", "twice"]),
        ("{\"quantity\":1,\"qty\":2}", ["unknown field `qty`", "`reference`"]),
        ("{\"Quantity\":1}", ["unknown field `Quantity`", "`quantity`"]),
        ("{\"quantity\":1,\"reference\":7}", ["`reference`", "1 to 64"]),
        ("{\"quantity\":1,\"reference\":\"\"}", ["`reference`", "1 to 64"]),
        ("{\"quantity\":1,\"reference\":\"a\\u0000b\"}", ["`reference`", "1 to 64"]),
        (&format!("{{\"quantity\":1,\"reference\":\"{}\"}}", "r".repeat(65)), ["`reference`", "1 to 64"]),
        (&deep, ["`quantity`", "1 to 1000000"]),
    ] {
        let reply = attempt(&shop, body).await;
        reply.names(400, "invalid_request", &words);
    }
    assert_eq!(shop.stock("phone").await, [10, 10, 0, 0]);
}

#[tokio::test]
async fn an_unknown_field_is_repeated_in_part() {
    let shop = sale().await;
    let reply = attempt(&shop, &format!("{{\"{}\":1}}", "x".repeat(10_000))).await;
    reply.names(400, "invalid_request", &["unknown field `xxx"]);
    assert!(reply.text().len() < 600, "{}", reply.text().len());
}

#[tokio::test]
async fn a_reference_of_64_characters_of_more_than_a_byte() {
    let shop = sale().await;
    attempt(&shop, &format!("{{\"quantity\":1,\"reference\":\"{}\"}}", "é".repeat(64))).await.done(201);
}

#[tokio::test]
async fn a_body_whose_headers_leave_open_what_it_is() {
    let shop = sale().await;
    let body = "{\"quantity\":1}";
    let path = "/v1/products/phone/reservations";
    let gzip = shop.post(path).buyer("b-1").key("k").header("Content-Encoding", "gzip");
    gzip.text("application/json", body).send().await.names(415, "invalid_request", &["`Content-Encoding`"]);
    let twice = shop.post(path).buyer("b-1").key("k").header("Content-Type", "text/plain");
    twice.text("application/json", body).send().await.names(
        415,
        "invalid_request",
        &["`Content-Type`", "once"],
    );
    assert_eq!(shop.stock("phone").await, [10, 10, 0, 0]);
}

#[tokio::test]
async fn a_product_that_no_url_could_name() {
    let shop = sale().await;
    for id in ["%2E", "%2e%2e"] {
        shop.put_product(id, json!({})).await.names(
            400,
            "invalid_request",
            &["product id", "other than . and .."],
        );
    }
}

#[tokio::test]
async fn a_body_that_is_not_utf_8() {
    let shop = sale().await;
    let reply = shop
        .post("/v1/products/phone/reservations")
        .buyer("b-1")
        .key("k")
        .header("Content-Type", "application/json")
        .body(Body::from(b"{\"quantity\":1,\"reference\":\"\xff\xfe\"}".to_vec()))
        .send()
        .await;
    reply.names(400, "invalid_request", &["not JSON"]);
}

#[tokio::test]
async fn fields_of_a_product() {
    let shop = sale().await;
    for (fields, words) in [
        (json!({ "name": "" }), ["`name`", "1 to 200"]),
        (json!({ "name": "a\nb" }), ["`name`", "1 to 200"]),
        (json!({ "name": "n".repeat(201) }), ["`name`", "1 to 200"]),
        (json!({ "name": null }), ["`name`", "1 to 200"]),
        (json!({ "price": null }), ["`price`", "`amount` and `currency`"]),
        (json!({ "price": [1, "usd"] }), ["`price`", "`amount` and `currency`"]),
        (json!({ "price": 5 }), ["`price`", "`amount` and `currency`"]),
        (json!({ "price": { "amount": -1, "currency": "usd" } }), ["`price.amount`", "0 to 5000000000"]),
        (json!({ "price": { "amount": 1.5, "currency": "usd" } }), ["`price.amount`", "0 to 5000000000"]),
        (
            json!({ "price": { "amount": 5_000_000_001_u64, "currency": "usd" } }),
            ["`price.amount`", "5000000000"],
        ),
        (json!({ "price": { "amount": 1, "currency": "USD" } }), ["`price.currency`", "ISO 4217"]),
        (json!({ "price": { "amount": 1, "currency": "us" } }), ["`price.currency`", "ISO 4217"]),
        (json!({ "price": { "amount": 1 } }), ["`price.currency` is missing", "ISO 4217"]),
        (json!({ "price": { "amount": 1, "currency": "usd", "tax": 1 } }), ["`price.tax`", "`price.amount`"]),
        (json!({ "a.b": 1 }), ["unknown field `a.b`", "`price.amount`"]),
        (json!({ "stock": -1 }), ["`stock`", "0 to 1000000000"]),
        (json!({ "stock": 1_000_000_001 }), ["`stock`", "0 to 1000000000"]),
        (json!({ "stock": "10" }), ["`stock`", "0 to 1000000000"]),
        (json!({ "max_per_buyer": 0 }), ["`max_per_buyer`", "from 1"]),
        (json!({ "max_per_buyer": 4_294_967_296_u64 }), ["`max_per_buyer`", "4294967295"]),
        (json!({ "max_per_buyer_in_group": 0 }), ["`max_per_buyer_in_group`", "from 1"]),
        (json!({ "hold_seconds": 0 }), ["`hold_seconds`", "1 to 86400"]),
        (json!({ "hold_seconds": 86_401 }), ["`hold_seconds`", "1 to 86400"]),
        (json!({ "hold_seconds": u64::MAX }), ["`hold_seconds`", "1 to 86400"]),
        (json!({ "opens_at": "tomorrow" }), ["`opens_at`", "RFC 3339"]),
        (json!({ "opens_at": 1_763_856_000 }), ["`opens_at`", "RFC 3339"]),
        (json!({ "opens_at": "2026-11-27T18:00:00+01:00" }), ["`opens_at`", "UTC"]),
        (json!({ "closes_at": "1969-01-01T00:00:00Z" }), ["`closes_at`", "RFC 3339"]),
        (
            json!({ "opens_at": "2026-11-27T18:00:00Z", "closes_at": "2026-11-27T18:00:00Z" }),
            ["`closes_at`", "after `opens_at`"],
        ),
        (json!({ "payment": "cash" }), ["`payment`", "one of \"provider\""]),
        (json!({ "payment": 1 }), ["`payment`", "one of \"provider\""]),
        (json!({ "lanes": 2 }), ["`lanes`", "1 in this version"]),
        (json!({ "lanes": 0 }), ["`lanes`", "1 in this version"]),
        (json!({ "lanes": "1" }), ["`lanes`", "1 in this version"]),
        (json!({ "status": "open" }), ["unknown field `status`", "`hold_seconds`"]),
    ] {
        shop.put_product("other", fields.clone()).await.names(400, "invalid_request", &words);
    }
    for name in ["name", "price", "stock"] {
        let mut body = product(json!({}));
        body.as_object_mut().expect("an object").remove(name);
        let reply = shop.put("/v1/products/other").token(ADMIN).json(&body).send().await;
        reply.names(400, "invalid_request", &[name]);
    }
    shop.get("/v1/products/other").send().await.problem(404, "not_found");
}

#[tokio::test]
async fn a_field_that_comes_twice() {
    let shop = open();
    for (twice, name) in [
        ("\"stock\":10", "`stock`"),
        ("\"price\":{\"amount\":1,\"currency\":\"usd\"}", "`price`"),
        ("\"max_per_buyer\":1,\"max_per_buyer\":1", "`max_per_buyer`"),
    ] {
        let body = product(json!({})).to_string().replacen('{', &format!("{{{twice},"), 1);
        let reply = shop.put("/v1/products/other").token(ADMIN).text("application/json", &body).send().await;
        reply.names(400, "invalid_request", &[name, "twice"]);
    }
    let price = "\"price\":{\"amount\":1,\"amount\":1,\"currency\":\"usd\"}";
    let body = format!("{{\"name\":\"n\",\"stock\":1,{price}}}");
    let reply = shop.put("/v1/products/other").token(ADMIN).text("application/json", &body).send().await;
    reply.names(400, "invalid_request", &["`price.amount`", "twice"]);
}

#[tokio::test]
async fn fields_of_the_other_bodies() {
    let shop = sale().await;
    let order = shop.buy("phone", "b-1").await;
    let held = shop.reserve("phone", "b-2").await;
    let adjustments = "/v1/products/phone/stock-adjustments".to_owned();
    let refunds = format!("/v1/orders/{order}/refunds");
    let confirm = format!("/v1/reservations/{held}/confirm");
    let purchases = "/v1/products/phone/purchases".to_owned();
    let payment = format!("/v1/reservations/{held}/payment");
    for (path, body, words) in [
        (&adjustments, json!({ "delta": 0, "reason": "r" }), ["`delta`", "other than 0"]),
        (&adjustments, json!({ "delta": 1_000_000_001, "reason": "r" }), ["`delta`", "1000000000"]),
        (&adjustments, json!({ "delta": i64::MIN, "reason": "r" }), ["`delta`", "1000000000"]),
        (&adjustments, json!({ "delta": "1", "reason": "r" }), ["`delta`", "1000000000"]),
        (&adjustments, json!({ "delta": 1 }), ["`reason` is missing", "1 to 200"]),
        (&adjustments, json!({ "delta": 1, "reason": "" }), ["`reason`", "1 to 200"]),
        (&adjustments, json!({ "delta": 1_000_000_000, "reason": "r" }), ["`delta`", "1000000000"]),
        (&refunds, json!({ "amount": 0 }), ["`amount`", "at least 1"]),
        (&refunds, json!({ "amount": -1 }), ["`amount`", "at least 1"]),
        (&refunds, json!({ "restock": null }), ["`restock`", "true or false"]),
        (&refunds, json!({ "restock": "yes" }), ["`restock`", "true or false"]),
        (&confirm, json!({ "amount": 1, "currency": "usd" }), ["`payment_reference`", "1 to 255"]),
        (
            &confirm,
            json!({ "payment_reference": "a b", "amount": 1, "currency": "usd" }),
            ["`payment_reference`", "1 to 255"],
        ),
        (
            &confirm,
            json!({ "payment_reference": "p", "amount": "1", "currency": "usd" }),
            ["`amount`", "integer"],
        ),
        (
            &confirm,
            json!({ "payment_reference": "p", "amount": 1, "currency": "dollar" }),
            ["`currency`", "ISO 4217"],
        ),
        (&purchases, json!({ "quantity": 1, "payment_method": 1 }), ["`payment_method`", "card"]),
        (&purchases, json!({ "quantity": 1, "payment_method": "a b" }), ["`payment_method`", "card"]),
        (
            &purchases,
            json!({ "quantity": 1, "payment_method": "pm", "return_url": "ftp://a" }),
            ["`return_url`", "http"],
        ),
        (&payment, json!({}), ["`payment_method` is missing", "1 to 255"]),
        (&payment, json!({ "payment_method": "" }), ["`payment_method`", "1 to 255"]),
        (&payment, json!({ "payment_method": "p".repeat(256) }), ["`payment_method`", "1 to 255"]),
        (&payment, json!({ "payment_method": "pm", "return_url": "javascript:x" }), ["`return_url`", "http"]),
        (
            &payment,
            json!({ "payment_method": "pm", "return_url": "http://" }),
            ["`return_url`", "with a host"],
        ),
        (
            &payment,
            json!({ "payment_method": "pm", "return_url": "x".repeat(3_000) }),
            ["`return_url`", "2048"],
        ),
        (
            &payment,
            json!({ "payment_method": "pm", "amount": 1 }),
            ["unknown field `amount`", "`return_url`"],
        ),
        (&purchases, json!({ "quantity": 0, "payment_method": "pm" }), ["`quantity`", "1 to 1000000"]),
    ] {
        let reply = shop.post(path).token(ADMIN).buyer("b-2").key("k").json(&body).send().await;
        reply.names(400, "invalid_request", &words);
    }
}

#[tokio::test]
async fn routes_without_a_body_take_none_or_an_empty_object() {
    let shop = sale().await;
    let path = "/v1/products/phone/pause";
    let send = async |content_type: &str, body: &str| {
        shop.post(path).token(ADMIN).key("k").text(content_type, body).send().await
    };
    send("application/json", "{\"a\":1}").await.names(
        400,
        "invalid_request",
        &["unknown field `a`", "no fields"],
    );
    send("application/json", "[]").await.names(400, "invalid_request", &["JSON object"]);
    send("text/plain", "now").await.problem(415, "invalid_request");
    send("application/json", " {} ").await.done(200);
    send("text/plain", "").await.done(200);
}

#[tokio::test]
async fn ids_and_keys_of_the_wrong_form() {
    let shop = sale().await;
    let long = "x".repeat(65);
    for path in
        ["/v1/products/a%20b", "/v1/products/%FF", "/v1/products/a%2Fb", &format!("/v1/products/{long}")]
    {
        shop.get(path).send().await.names(400, "invalid_request", &["product id", "1 to 64"]);
    }
    for path in ["/v1/reservations/1", "/v1/reservations/0193a0c0-7001-7a3b-8000-3f0c5a1d2e4"] {
        shop.get(path).buyer("b").send().await.names(400, "invalid_request", &["reservation id", "UUID"]);
        shop.delete(path).buyer("b").send().await.names(400, "invalid_request", &["reservation id", "UUID"]);
    }
    shop.get("/v1/orders/x").buyer("b").send().await.names(400, "invalid_request", &["order id", "UUID"]);
    shop.get("/v1/refunds/x").token(ADMIN).send().await.names(400, "invalid_request", &["refund id", "UUID"]);
    for buyer in ["", "a b", "ä", &long] {
        let reply = shop.attempt("phone", buyer, "k", 1).send().await;
        reply.names(400, "invalid_request", &["`Buyer-Id`", "1 to 64"]);
    }
    for key in ["", "\"\"", "\"a", "ä", &"k".repeat(256)] {
        let reply = shop.attempt("phone", "b-1", key, 1).send().await;
        reply.names(400, "invalid_request", &["`Idempotency-Key`", "1 to 255"]);
    }
    for header in ["Buyer-Id", "Idempotency-Key"] {
        let reply = shop.attempt("phone", "b-1", "k", 1).header(header, "twice").send().await;
        reply.names(400, "invalid_request", &["twice", &header.to_lowercase()]);
    }
    let tokens = shop.get("/v1/audit").token(ADMIN).token(SERVICE).send().await;
    tokens.names(400, "invalid_request", &["authorization", "twice"]);
}

#[tokio::test]
async fn what_is_within_the_bounds_is_taken() {
    let shop = open();
    let (id, buyer, key, reference) = ("i".repeat(64), "~".repeat(64), "k".repeat(255), "r".repeat(64));
    let fields = json!({ "stock": 1_000_000_000, "max_per_buyer": 4_294_967_295_u32, "hold_seconds": 86_400,
        "name": "n".repeat(200), "price": { "amount": 5_000_000_000_u64, "currency": "jpy" } });
    shop.put_product(&id, fields).await.done(201);
    let body = json!({ "quantity": 1_000_000, "reference": reference });
    let path = format!("/v1/products/{id}/reservations");
    let made = shop.post(&path).buyer(&buyer).key(&key).json(&body).send().await.done(201);
    assert_eq!(made["amount"], 5_000_000_000_000_000_u64);
}

#[tokio::test]
async fn a_body_is_json_and_at_most_16_kib() {
    let shop = sale().await;
    let path = "/v1/products/phone/reservations";
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1"]
    {
        let reply = shop.post(path).buyer("b").key("k").text(content_type, "{\"quantity\":1}").send().await;
        reply.names(415, "invalid_request", &["`Content-Type`", "application/json"]);
    }
    let none = shop.post(path).buyer("b").key("k").body(Body::from("{\"quantity\":1}")).send().await;
    none.problem(415, "invalid_request");

    let padded = |length: usize| format!("{{\"quantity\":1{}}}", " ".repeat(length - 14));
    attempt(&shop, &padded(16 * 1024)).await.done(201);
    attempt(&shop, &padded(16 * 1024 + 1)).await.names(413, "invalid_request", &["16384 bytes"]);
}

#[tokio::test]
async fn a_body_without_a_length_is_bounded_too() {
    let shop = sale().await;
    let path = "/v1/products/phone/reservations";
    let chunked = |chunks: Vec<&'static str>| {
        let chunks =
            chunks.into_iter().map(|chunk| Ok::<_, std::io::Error>(Bytes::from_static(chunk.as_bytes())));
        Body::from_stream(stream::iter(chunks))
    };
    let send = async |body: Body| {
        let call = shop.post(path).buyer("b").key("k").header("Content-Type", "application/json");
        call.body(body).send().await
    };
    send(chunked(vec!["{\"quan", "tity\"", ":1}"])).await.done(201);
    let kib: &'static str = Box::leak(" ".repeat(1024).into_boxed_str());
    send(chunked(vec![kib; 17])).await.problem(413, "invalid_request");
    let broken = stream::iter([Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("gone"))]);
    send(Body::from_stream(broken)).await.problem(400, "invalid_request");
}

#[tokio::test]
async fn methods_and_paths_that_are_not_there() {
    let shop = sale().await;
    let patch =
        crate::client::Call::new(&shop.app, axum::http::Method::PATCH, "/v1/products/phone").send().await;
    patch.names(405, "invalid_request", &["PATCH"]);
    let allow = patch.header("allow").expect("what is allowed");
    assert!(allow.contains("GET") && allow.contains("PUT"), "{allow}");
    shop.delete("/v1/products").send().await.problem(405, "invalid_request");
    for path in ["/v1", "/v2/products", "/v1/products/", "/v1/products/phone/stock/", "/v1/webhooks/other"] {
        shop.get(path).send().await.problem(404, "not_found");
    }
    for path in ["/v1/products/phone/stock/stream", "/openapi.json", "/docs", "/v1/events"] {
        shop.get(path).buyer("b").send().await.problem(404, "not_found");
    }
    let head =
        crate::client::Call::new(&shop.app, axum::http::Method::HEAD, "/v1/products/phone").send().await;
    assert_eq!((head.status, head.text()), (200, ""));
    let unused: Value = shop.get("/v1/products/phone?utm=1").send().await.done(200);
    assert_eq!(unused["id"], "phone");
}
