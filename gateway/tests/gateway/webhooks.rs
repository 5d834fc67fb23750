//! What the payment provider has to tell.

use axum::body::Body;
use gateway::port::{Heard, Unaccepted};

use crate::client::Reply;
use crate::fixture::{Fixture, VIEWER, open};

const PATH: &str = "/v1/webhooks/stripe";
/// Nothing of it is to be changed on its way: it is signed byte for byte.
const BODY: &[u8] = b"{ \"id\" :\t\"evt_1\",\"\xc3\xa9\": [1.0] }\n";

async fn deliver(shop: &Fixture) -> Reply {
    shop.post(PATH).header("Stripe-Signature", "t=1,v1=ab").body(Body::from(BODY)).send().await
}

async fn counted(shop: &Fixture, outcome: &str) -> bool {
    let metrics = shop.get("/metrics").token(VIEWER).send().await;
    metrics.text().contains(&format!("flashsale_webhooks_total{{outcome=\"{outcome}\"}} 1"))
}

#[tokio::test]
async fn an_event_is_handed_on_byte_for_byte() {
    let shop = open();
    let reply = deliver(&shop).await;
    assert_eq!((reply.status, reply.text()), (200, ""));
    let received = shop.house.till(|till| std::mem::take(&mut till.received));
    assert_eq!(received, [("t=1,v1=ab".to_owned(), BODY.into())]);
    assert!(counted(&shop, "taken").await);
}

#[tokio::test]
async fn an_event_that_is_not_the_providers_is_refused_and_counted() {
    let shop = open();
    let reason = "the signature is of another secret".to_owned();
    shop.house.till(|till| till.heard = Err(Unaccepted::Invalid { reason }));
    deliver(&shop).await.names(400, "invalid_request", &["another secret"]);
    assert!(counted(&shop, "refused").await);
}

#[tokio::test]
async fn an_event_without_a_signature_is_not_even_handed_on() {
    let shop = open();
    let unsigned = shop.post(PATH).body(Body::from(BODY)).send().await;
    unsigned.names(400, "invalid_request", &["Stripe-Signature"]);
    assert!(shop.house.till(|till| till.received.is_empty()));
    assert!(counted(&shop, "refused").await);
}

#[tokio::test]
async fn an_event_that_cannot_be_made_durable_is_to_be_sent_again() {
    let shop = open();
    shop.house.till(|till| till.heard = Err(Unaccepted::Unavailable));
    deliver(&shop).await.problem(503, "unavailable");
    assert!(counted(&shop, "unavailable").await);
}

#[tokio::test]
async fn an_event_may_be_longer_than_what_buyers_send() {
    let shop = open();
    let long = vec![b'x'; 200_000];
    let reply = shop.post(PATH).header("Stripe-Signature", "t=1,v1=ab").body(Body::from(long)).send().await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn an_event_that_is_too_long_is_not_read() {
    let shop = open();
    let long = vec![b'x'; 300_000];
    let reply = shop.post(PATH).header("Stripe-Signature", "t=1,v1=ab").body(Body::from(long)).send().await;
    reply.problem(413, "invalid_request");
    assert!(counted(&shop, "refused").await);
}

#[tokio::test]
async fn an_event_that_breaks_off_is_refused_and_counted() {
    let shop = open();
    let broken = futures_util::stream::iter([Ok("{"), Err(std::io::Error::other("gone"))]);
    let event = shop.post(PATH).header("Stripe-Signature", "t=1,v1=ab").body(Body::from_stream(broken));
    event.send().await.problem(400, "invalid_request");
    assert!(counted(&shop, "refused").await);
}

#[tokio::test]
async fn an_event_about_nothing_that_is_here_is_not_to_be_sent_again_and_is_counted_apart() {
    for (heard, outcome) in [(Heard::Unknown, "unknown"), (Heard::Ignored, "ignored")] {
        let shop = open();
        shop.house.till(|till| till.heard = Ok(heard));
        assert_eq!(deliver(&shop).await.status, 200);
        assert!(counted(&shop, outcome).await);
    }
}

#[tokio::test]
async fn without_a_provider_there_is_nobody_to_listen_to() {
    let shop = open();
    shop.house.till(|till| till.heard = Err(Unaccepted::NotConfigured));
    deliver(&shop).await.problem(404, "not_found");
}
