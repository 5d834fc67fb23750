//! Rate limits.

use simulator::Rates;

use crate::fixture::{Fixture, PLAIN};

#[tokio::test]
async fn one_request_too_many_is_refused_with_its_reason() {
    // So slow that no token comes back within the test.
    let rates = Rates { account: Some(3), endpoint: Some(2) };
    let fixture = Fixture::with(|options| options.rates = rates).await;
    let client = fixture.client().keyed("k");
    let mut reasons = Vec::new();
    let mut let_through = 0;
    for _ in 0..40 {
        let answer = client.post("/v1/payment_intents", PLAIN).await;
        match answer.status {
            200 => let_through += 1,
            _ => {
                let answer = answer.fails(429, "rate_limit");
                reasons.push(answer.header("stripe-rate-limited-reason").expect("a reason").to_owned());
            }
        }
    }
    assert!(let_through < 40 && reasons.iter().all(|reason| reason == "endpoint-rate"), "{reasons:?}");
    let mut wide = Vec::new();
    for path in ["/v1/events", "/v1/refunds", "/v1/charges", "/v1/webhook_endpoints"].iter().cycle().take(60)
    {
        let answer = client.get(path).await;
        wide.extend(answer.header("stripe-rate-limited-reason").map(str::to_owned));
    }
    assert!(wide.contains(&"global-rate".to_owned()), "{wide:?}");
    fixture.caller("sk_test_flashsale_0002").get("/v1/events").await.is(200);
}
