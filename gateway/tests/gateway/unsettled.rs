//! When the sale gives no definite answer, or one that only a cluster gives.

use std::time::Duration;

use engine::{Answer, Refusal};
use gateway::Buyers;
use gateway::port::Unsettled;
use serde_json::json;

use crate::fixture::{Fixture, VIEWER, config, open};
use crate::house::Fault;

async fn sale() -> Fixture {
    let shop = open();
    shop.put_product("phone", json!({})).await.done(201);
    shop
}

#[tokio::test]
async fn an_attempt_without_a_definite_answer() {
    let shop = sale().await;
    for (fault, status, code) in [
        (Fault::Unsettled(Unsettled::Overloaded), 503, "overloaded"),
        (Fault::Unsettled(Unsettled::Unavailable), 503, "unavailable"),
        (Fault::Unsettled(Unsettled::OutcomeUnknown), 504, "outcome_unknown"),
        (Fault::Refused(Refusal::NotReady), 503, "unavailable"),
        (Fault::Refused(Refusal::TooLate), 503, "unavailable"),
    ] {
        shop.house.meets(fault);
        let reply = shop.attempt("phone", "b-1", "k", 1).send().await;
        reply.problem(status, code);
        assert_eq!(reply.header("retry-after"), Some("1"), "{code}");
    }
    shop.attempt("phone", "b-1", "k", 1).send().await.done(201);
}

#[tokio::test]
async fn too_many_keys_is_a_rate_limit() {
    let shop = sale().await;
    shop.house.meets(Fault::Refused(Refusal::TooManyKeys));
    let reply = shop.attempt("phone", "b-1", "k", 1).send().await;
    reply.problem(429, "rate_limited");
    assert_eq!(reply.header("retry-after"), Some("60"));
}

#[tokio::test]
async fn a_question_has_no_outcome_that_could_be_unknown() {
    let shop = sale().await;
    for unsettled in [Unsettled::Unavailable, Unsettled::OutcomeUnknown] {
        shop.house.meets(Fault::Unsettled(unsettled));
        shop.get("/v1/products/phone").send().await.problem(503, "unavailable");
    }
    shop.house.meets(Fault::Unsettled(Unsettled::Overloaded));
    shop.get("/v1/products/phone").send().await.problem(503, "overloaded");
    shop.house.meets(Fault::Refused(Refusal::NotReady));
    shop.get("/v1/products/phone").send().await.problem(503, "unavailable");
}

#[tokio::test]
async fn a_port_that_hangs_is_given_up_on() {
    let config = gateway::Config { request_deadline: Duration::from_millis(20), ..config(Buyers::Open) };
    let shop = Fixture::with(config);
    shop.put_product("phone", json!({})).await.done(201);
    shop.house.meets(Fault::Hang);
    shop.attempt("phone", "b-1", "k", 1).send().await.problem(504, "outcome_unknown");
    shop.house.meets(Fault::Hang);
    shop.get("/v1/products/phone").send().await.problem(503, "unavailable");
    shop.house.meets(Fault::Hang);
    shop.get("/v1/cluster").token(VIEWER).send().await.problem(503, "unavailable");
}

#[tokio::test]
async fn a_fault_of_ours_is_an_answer_and_is_counted() {
    let shop = sale().await;
    shop.house.meets(Fault::Panic);
    let reply = shop.attempt("phone", "b-1", "k", 1).send().await;
    reply.problem(500, "internal_error");
    assert!(!reply.text().contains("of the test's making"));
    shop.house.meets(Fault::Panic);
    shop.get("/v1/products/phone").send().await.problem(500, "internal_error");
    let metrics = shop.get("/metrics").token(VIEWER).send().await;
    assert!(metrics.text().contains("flashsale_http_panics_total 2"), "{}", metrics.text());
    shop.attempt("phone", "b-1", "k", 1).send().await.done(201);
}

#[tokio::test]
async fn an_answer_to_another_question_is_a_fault() {
    let shop = sale().await;
    let product = shop.house.product_view("phone");
    shop.house.meets(Fault::Answered(Answer::Product(Box::new(product), false)));
    shop.attempt("phone", "b-1", "k", 1).send().await.problem(500, "internal_error");
    shop.house.meets(Fault::Answered(Answer::Nothing));
    shop.attempt("phone", "b-1", "k", 1).send().await.problem(404, "not_found");
}
