//! More requests than may be under way are shed before any work is done.

use gateway::{Buyers, Config};
use serde_json::json;

use crate::fixture::{Fixture, VIEWER, config};
use crate::house::{Fault, Gate};

#[tokio::test]
async fn one_more_than_may_be_under_way_is_shed() {
    let shop = Fixture::with(Config { in_flight_max: 1, ..config(Buyers::Open) });
    shop.put_product("phone", json!({})).await.done(201);
    let gate = Gate::new();
    shop.house.meets(Fault::Held(gate.clone()));
    let held = tokio::spawn(shop.attempt("phone", "b-1", "k", 1).send());
    gate.someone_waits().await;

    // Shed before any work: not even the malformed body is seen.
    let path = "/v1/products/phone/reservations";
    let shed = shop.post(path).text("text/plain", "?").send().await;
    shed.problem(503, "overloaded");
    assert_eq!(shed.header("retry-after"), Some("1"));
    for path in ["/healthz", "/readyz"] {
        assert_eq!(shop.get(path).send().await.status, 200, "{path}");
    }
    let metrics = shop.get("/metrics").token(VIEWER).send().await;
    for line in ["flashsale_http_shed_total 1", "flashsale_http_in_flight{listener=\"public\"} 2"] {
        assert!(metrics.text().contains(line), "{line}: {}", metrics.text());
    }

    gate.open();
    held.await.expect("no panic").done(201);
    shop.attempt("phone", "b-2", "k", 1).send().await.done(201);
}

#[tokio::test]
async fn a_request_that_is_given_up_gives_its_place_back() {
    let shop = Fixture::with(Config { in_flight_max: 1, ..config(Buyers::Open) });
    shop.put_product("phone", json!({})).await.done(201);
    let gate = Gate::new();
    shop.house.meets(Fault::Held(gate.clone()));
    let held = tokio::spawn(shop.attempt("phone", "b-1", "k", 1).send());
    gate.someone_waits().await;
    held.abort();
    assert!(held.await.is_err_and(|error| error.is_cancelled()));
    shop.attempt("phone", "b-2", "k", 1).send().await.done(201);
}
