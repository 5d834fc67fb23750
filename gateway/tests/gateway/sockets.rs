//! What only shows on the wire.

use std::time::Duration;

use gateway::{Buyers, Config, Serving};
use serde_json::json;

use crate::fixture::{Fixture, config};
use crate::house::{Fault, Gate};
use crate::socket::{Server, Wire, attempt, attempt_head};

async fn serving(serving: Serving, deadline: Duration) -> (Fixture, Server) {
    let shop = Fixture::with(Config { serving, request_deadline: deadline, ..config(Buyers::Open) });
    shop.put_product("phone", json!({})).await.done(201);
    let server = Server::start(shop.app.clone()).await;
    (shop, server)
}

async fn usual() -> (Fixture, Server) {
    serving(Serving::default(), Duration::from_secs(20)).await
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let (_shop, server) = usual().await;
    let mut wire = Wire::open(server.address).await;
    for n in 0..3 {
        wire.say(&attempt(&format!("b-{n}"))).await;
        assert_eq!(wire.answer().await.0, 201);
    }
    wire.say("GET /healthz HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n").await;
    assert_eq!(wire.answer().await, (200, "ok".to_owned()));
    assert!(wire.is_closed().await);
    server.stop().finished().await;
}

#[tokio::test]
async fn requests_that_come_at_once_are_answered_in_order() {
    let (shop, server) = usual().await;
    let mut wire = Wire::open(server.address).await;
    let all: String = (0..12).map(|n| attempt(&format!("b-{n}"))).collect();
    wire.say(&all).await;
    for n in 0..12 {
        let (status, body) = wire.answer().await;
        assert_eq!(status, if n < 10 { 201 } else { 409 }, "{body}");
    }
    assert_eq!(shop.stock("phone").await, [10, 0, 10, 0]);
    server.stop().finished().await;
}

#[tokio::test]
async fn a_client_that_has_said_all_may_close_its_side() {
    let (shop, server) = usual().await;
    let gate = Gate::new();
    shop.house.meets(Fault::Held(gate.clone()));
    let mut wire = Wire::open(server.address).await;
    wire.say(&attempt("b-1")).await;
    wire.finish().await;
    gate.someone_waits().await;
    gate.open();
    assert_eq!(wire.answer().await.0, 201);
    assert!(wire.is_closed().await);
    server.stop().finished().await;
}

#[tokio::test]
async fn a_client_that_is_gone_leaves_nothing_behind() {
    let (shop, server) = usual().await;
    let mut wire = Wire::open(server.address).await;
    wire.say(&format!("{}Content-Length: 14\r\n\r\n{{\"quan", attempt_head("b-1"))).await;
    drop(wire);
    let mut wire = Wire::open(server.address).await;
    wire.say(&attempt("b-2")).await;
    assert_eq!(wire.answer().await.0, 201);
    assert_eq!(shop.stock("phone").await, [10, 9, 1, 0]);
    assert_eq!(server.stop().finished().await.cut, 0);
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up_on() {
    let (shop, server) = serving(Serving::default(), Duration::from_millis(100)).await;
    let mut wire = Wire::open(server.address).await;
    wire.say(&format!("{}Content-Length: 14\r\n\r\n{{\"quan", attempt_head("b-1"))).await;
    let (status, body) = wire.answer().await;
    assert_eq!(status, 408);
    assert!(body.contains("invalid_request"), "{body}");
    assert!(wire.is_closed().await);
    assert_eq!(shop.stock("phone").await, [10, 10, 0, 0]);
    server.stop().finished().await;
}

#[tokio::test]
async fn headers_that_do_not_arrive_end_the_connection() {
    let quick = Serving { header_read_timeout: Duration::from_millis(50), ..Serving::default() };
    let (_shop, server) = serving(quick, Duration::from_secs(20)).await;
    let mut silent = Wire::open(server.address).await;
    let mut slow = Wire::open(server.address).await;
    slow.say("GET /healthz HTTP/1.1\r\nHost: sh").await;
    let mut idle = Wire::open(server.address).await;
    idle.say("GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n").await;
    assert_eq!(idle.answer().await.0, 200);
    assert!(silent.is_closed().await && slow.is_closed().await && idle.is_closed().await);
    server.stop().finished().await;
}

#[tokio::test]
async fn headers_that_are_too_long_are_refused() {
    let (_shop, server) = usual().await;
    let mut wire = Wire::open(server.address).await;
    let long = format!("GET /healthz HTTP/1.1\r\nHost: shop\r\nX: {}\r\n\r\n", "x".repeat(32 * 1024));
    wire.try_say(&long).await;
    assert_eq!(wire.answer().await.0, 431);
    assert!(wire.is_closed().await);
    let mut wire = Wire::open(server.address).await;
    wire.say(&format!("GET /healthz HTTP/1.1\r\nHost: shop\r\nX: {}\r\n\r\n", "x".repeat(8 * 1024))).await;
    assert_eq!(wire.answer().await.0, 200);
    server.stop().finished().await;
}

#[tokio::test]
async fn what_is_not_http_is_refused() {
    let (_shop, server) = usual().await;
    for text in ["hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n"] {
        let mut wire = Wire::open(server.address).await;
        wire.try_say(text).await;
        assert_eq!(wire.answer().await.0, 400, "{text}");
        assert!(wire.is_closed().await);
    }
    server.stop().finished().await;
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_before_and_while_it_comes() {
    let (_shop, server) = usual().await;
    let mut wire = Wire::open(server.address).await;
    // The client asks first, and is told before it has sent any of it.
    wire.say(&format!("{}Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n", attempt_head("b-1")))
        .await;
    assert_eq!(wire.answer().await.0, 413);

    let mut wire = Wire::open(server.address).await;
    wire.say(&format!("{}Transfer-Encoding: chunked\r\n\r\n", attempt_head("b-1"))).await;
    for _ in 0..17 {
        if !wire.try_say(&format!("400\r\n{}\r\n", " ".repeat(1024))).await {
            break;
        }
    }
    assert_eq!(wire.answer().await.0, 413);
    server.stop().finished().await;
}

#[tokio::test]
async fn a_chunked_body_is_taken() {
    let (_shop, server) = usual().await;
    let mut wire = Wire::open(server.address).await;
    wire.say(&format!("{}Transfer-Encoding: chunked\r\n\r\n7\r\n{{\"quant\r\n", attempt_head("b-1"))).await;
    wire.say("7\r\nity\":1}\r\n0\r\n\r\n").await;
    assert_eq!(wire.answer().await.0, 201);
    server.stop().finished().await;
}

#[tokio::test]
async fn one_connection_more_than_may_be_open_is_told_so() {
    let (_shop, server) =
        serving(Serving { connections_max: 1, ..Serving::default() }, Duration::from_secs(20)).await;
    let mut first = Wire::open(server.address).await;
    first.say("GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n").await;
    assert_eq!(first.answer().await.0, 200);
    let mut second = Wire::open(server.address).await;
    let (status, body) = second.answer().await;
    assert_eq!(status, 503);
    assert!(body.contains("overloaded"), "{body}");
    assert!(second.is_closed().await);
    first.say("GET /healthz HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n").await;
    assert_eq!(first.answer().await.0, 200);
    assert!(first.is_closed().await);
    // The client sees the end of the connection a little before the server has put it away.
    let mut status = 503;
    while status == 503 {
        let mut next = Wire::open(server.address).await;
        next.try_say("GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n").await;
        status = next.answer().await.0;
    }
    assert_eq!(status, 200);
    server.stop().finished().await;
}
