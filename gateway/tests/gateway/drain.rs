//! Stopping in good order.

use std::time::Duration;

use gateway::{Buyers, Config, Serving};
use serde_json::json;
use tokio::net::TcpStream;

use crate::fixture::{Fixture, config};
use crate::house::{Fault, Gate};
use crate::socket::{Server, Wire, attempt};

async fn serving(serving: Serving) -> (Fixture, Server) {
    let shop = Fixture::with(Config { serving, ..config(Buyers::Open) });
    shop.put_product("phone", json!({})).await.done(201);
    let server = Server::start(shop.app.clone()).await;
    (shop, server)
}

#[tokio::test]
async fn what_is_under_way_is_answered_and_nothing_new_is_taken() {
    let (shop, server) = serving(Serving::default()).await;
    let address = server.address;
    let gate = Gate::new();
    shop.house.meets(Fault::Held(gate.clone()));
    let mut busy = Wire::open(address).await;
    busy.say(&attempt("b-1")).await;
    gate.someone_waits().await;
    let mut idle = Wire::open(address).await;
    idle.say("GET /readyz HTTP/1.1\r\nHost: shop\r\n\r\n").await;
    assert_eq!(idle.answer().await.0, 200);

    let stopping = server.stop();
    assert!(idle.is_closed().await);
    assert!(shop.gateway.drain().has_begun());
    assert!(TcpStream::connect(address).await.is_err());
    gate.open();
    assert_eq!(busy.answer().await.0, 201);
    assert!(busy.is_closed().await);
    assert_eq!(stopping.finished().await.cut, 0);
    assert_eq!(shop.stock("phone").await, [10, 9, 1, 0]);
}

#[tokio::test]
async fn load_balancers_are_given_notice() {
    let (shop, server) =
        serving(Serving { drain_notice: Duration::from_secs(3600), ..Serving::default() }).await;
    let address = server.address;
    let mut wire = Wire::open(address).await;
    wire.say("GET /readyz HTTP/1.1\r\nHost: shop\r\n\r\n").await;
    assert_eq!(wire.answer().await.0, 200);
    let _stopping = server.stop();
    while !shop.gateway.drain().has_begun() {
        tokio::task::yield_now().await;
    }
    wire.say("GET /readyz HTTP/1.1\r\nHost: shop\r\n\r\n").await;
    assert_eq!(wire.answer().await.0, 503);
    let mut newcomer = Wire::open(address).await;
    newcomer.say(&attempt("b-1")).await;
    assert_eq!(newcomer.answer().await.0, 201);
}

#[tokio::test]
async fn what_does_not_finish_is_cut_at_the_deadline() {
    let (shop, server) =
        serving(Serving { drain_deadline: Duration::from_millis(50), ..Serving::default() }).await;
    shop.house.meets(Fault::Hang);
    let mut busy = Wire::open(server.address).await;
    busy.say(&attempt("b-1")).await;
    let mut idle = Wire::open(server.address).await;
    idle.say("GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n").await;
    assert_eq!(idle.answer().await.0, 200);
    assert_eq!(server.stop().finished().await.cut, 1);
    assert!(busy.is_closed().await);
}

#[tokio::test]
async fn a_connection_that_never_asked_anything_does_not_hold_the_server_up() {
    let (_shop, server) =
        serving(Serving { drain_deadline: Duration::from_secs(3600), ..Serving::default() }).await;
    let mut silent = Wire::open(server.address).await;
    let mut other = Wire::open(server.address).await;
    other.say("GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n").await;
    assert_eq!(other.answer().await.0, 200);
    assert_eq!(server.stop().finished().await.cut, 0);
    assert!(silent.is_closed().await);
}
