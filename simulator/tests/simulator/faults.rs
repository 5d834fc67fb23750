//! Faults, as a client meets them.

use std::time::{Duration, Instant};

use crate::client::Client;
use crate::fixture::{Fixture, PLAIN, pay};

async fn capture(client: &Client, id: &str) -> Result<u16, ()> {
    let answer = client
        .keyed(&format!("capture-{id}"))
        .try_post(&format!("/v1/payment_intents/{id}/capture"), &[])
        .await;
    answer.map(|answer| answer.status).map_err(|_| ())
}

async fn status(client: &Client, id: &str) -> String {
    client.get(&format!("/v1/payment_intents/{id}")).await.is(200).at("/status").to_owned()
}

/// What the first and the second capture under one key come to, and the status in between.
async fn twice(fault: &str) -> (Result<u16, ()>, String, Result<u16, ()>, String) {
    let fixture = Fixture::faulty(&format!("[[fault]]\nstep = 'capture'\ntimes = 1\n{fault}")).await;
    let client = fixture.client();
    let id = pay(&client, "pm_card_visa").await.is(200).at("/id").to_owned();
    let first = capture(&client, &id).await;
    let between = status(&client, &id).await;
    let second = capture(&client, &id).await;
    let end = status(&client, &id).await;
    assert_eq!(fixture.running.faults_struck(), [1], "{fault}");
    (first, between, second, end)
}

#[tokio::test]
async fn each_fault_has_its_effect_or_none() {
    let (held, taken) = ("requires_capture", "succeeded");
    for (fault, first, between, second, end) in [
        ("kind = 'reset_before'", Err(()), held, Ok(200), taken),
        ("kind = 'reset_after'", Err(()), taken, Ok(200), taken),
        ("kind = 'stall_before'\nmilliseconds = 20", Err(()), held, Ok(200), taken),
        ("kind = 'stall_after'\nmilliseconds = 20", Err(()), taken, Ok(200), taken),
        ("kind = 'conflict'", Ok(409), held, Ok(200), taken),
        ("kind = 'rate_limit'", Ok(429), held, Ok(200), taken),
        ("kind = 'lock_timeout'", Ok(429), held, Ok(200), taken),
        // Remembered: the same key will never capture this intent.
        ("kind = 'error_before'", Ok(500), held, Ok(500), held),
        ("kind = 'error_after'", Ok(500), taken, Ok(500), taken),
    ] {
        let met = twice(fault).await;
        assert_eq!(met, (first, between.to_owned(), second, end.to_owned()), "{fault}");
    }
}

#[tokio::test]
async fn delays_take_their_time() {
    for kind in ["delay_before", "delay_after"] {
        let fixture = Fixture::faulty(&format!("[[fault]]\nkind = '{kind}'\nmilliseconds = 100")).await;
        let begun = Instant::now();
        fixture.client().post("/v1/payment_intents", PLAIN).await.is(200);
        assert!(begun.elapsed() >= Duration::from_millis(100), "{kind}");
    }
}

#[tokio::test]
async fn headers_say_what_to_do() {
    let script = "
        [[fault]]
        kind = 'lock_timeout'
        nth = 1
        [[fault]]
        kind = 'rate_limit'
        reason = 'endpoint-concurrency'
        nth = 1
        [[fault]]
        kind = 'error_before'
        nth = 1
        [[fault]]
        kind = 'error_before'
        should_retry = 'absent'
        nth = 1
    ";
    let fixture = Fixture::faulty(script).await;
    let client = fixture.client();
    let header = |answer: &crate::client::Answer, name: &str| answer.header(name).map(str::to_owned);
    let lock = client.get("/v1/events").await.fails(429, "lock_timeout");
    assert_eq!(header(&lock, "stripe-should-retry").as_deref(), Some("true"));
    assert_eq!(header(&lock, "stripe-rate-limited-reason"), None);
    let limited = client.get("/v1/events").await.fails(429, "rate_limit");
    assert_eq!(header(&limited, "stripe-rate-limited-reason").as_deref(), Some("endpoint-concurrency"));
    let error = client.get("/v1/events").await.is(500);
    assert_eq!(
        (error.at("/error/type"), header(&error, "stripe-should-retry").as_deref()),
        ("api_error", Some("false"))
    );
    assert_eq!(header(&client.get("/v1/events").await.is(500), "stripe-should-retry"), None);
    client.get("/v1/events").await.is(200);
}

#[tokio::test]
async fn a_refusal_leaves_nothing_behind() {
    let script =
        "[[fault]]\nkind = 'refuse'\nnth = 1\n[[fault]]\nkind = 'refuse'\ncode = 'amount_too_small'\nnth = 1";
    let fixture = Fixture::faulty(script).await;
    let client = fixture.client().keyed("one");
    let refused = client.post("/v1/payment_intents", PLAIN).await.is(400);
    assert!(refused.body["error"].get("code").is_none(), "{}", refused.text);
    client.post("/v1/payment_intents", PLAIN).await.fails(400, "amount_too_small");
    client.post("/v1/payment_intents", PLAIN).await.is(200);
    assert_eq!(fixture.running.audit().accounts[0].intents.len(), 1);
}

#[tokio::test]
async fn orders_decline_and_expire_as_scripted() {
    let script = "
        [[fault]]
        kind = 'decline'
        decline_code = 'lost_card'
        every_order = 2
        times_per_order = 1
        [[fault]]
        kind = 'hold_ends'
        seconds = 30
        order = 3
    ";
    let fixture = Fixture::faulty(script).await;
    let client = fixture.client();
    let mut ids = Vec::new();
    for declined in [false, true, false, true] {
        let answer = pay(&client, "pm_card_visa").await.is(if declined { 402 } else { 200 });
        let id = answer.at(if declined { "/error/payment_intent/id" } else { "/id" }).to_owned();
        if declined {
            assert_eq!(answer.at("/error/decline_code"), "lost_card");
            let again = [("payment_method", "pm_card_visa")];
            client.post(&format!("/v1/payment_intents/{id}/confirm"), &again).await.is(200);
        }
        ids.push(id);
    }
    fixture.advance(30);
    assert_eq!(status(&client, &ids[2]).await, "canceled");
    assert_eq!(status(&client, &ids[0]).await, "requires_capture");
}

#[tokio::test]
async fn each_of_two_that_are_created_at_once_meets_its_own_fault() {
    let script = "
        [[fault]]
        kind = 'delay_before'
        step = 'create'
        order = 1
        milliseconds = 500
        [[fault]]
        kind = 'refuse'
        step = 'create'
        order = 2
        times = 1
        [[fault]]
        kind = 'reset_after'
        step = 'create'
        order = 3
        times = 2
    ";
    let fixture = Fixture::faulty(script).await;
    let slow = tokio::spawn({
        let client = fixture.client();
        async move { client.post("/v1/payment_intents", PLAIN).await.is(200).at("/id").to_owned() }
    });
    let struck = async {
        while fixture.running.faults_struck() != [1, 0, 0] {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), struck).await.expect("the first order's fault strikes it");
    fixture.client().post("/v1/payment_intents", PLAIN).await.is(400);
    fixture.client().post("/v1/payment_intents", PLAIN).await.is(200);
    // What was lost is asked for again, and is not taken for a fourth.
    let keyed = fixture.client().keyed("third");
    assert!(keyed.try_post("/v1/payment_intents", PLAIN).await.is_err(), "the answer is lost");
    assert!(keyed.try_post("/v1/payment_intents", PLAIN).await.is_err(), "and so is that of its twin");
    assert_eq!(fixture.running.faults_struck(), [1, 1, 2]);
    let first = slow.await.expect("it ends");
    let intents = fixture.running.audit().accounts.remove(0).intents;
    let mut numbered: Vec<_> = intents.into_iter().map(|intent| (intent.order, intent.id)).collect();
    numbered.sort_unstable();
    assert_eq!(numbered.iter().map(|(order, _)| *order).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(numbered[0].1, first);
}

/// Which of fifty orders are declined by this seed.
async fn declined(seed: u64) -> Vec<bool> {
    let fixture =
        Fixture::faulty(&format!("seed = {seed}\n[[fault]]\nkind = 'decline'\nprobability = 0.3")).await;
    let client = fixture.client();
    let mut declined = Vec::new();
    for _ in 0..50 {
        declined.push(pay(&client, "pm_card_visa").await.status == 402);
    }
    declined
}

#[tokio::test]
async fn a_seed_decides() {
    let first = declined(7).await;
    assert_eq!(first, declined(7).await);
    assert_ne!(first, declined(8).await);
    let count = first.iter().filter(|declined| **declined).count();
    assert!((5..=25).contains(&count), "{count}");
}

#[tokio::test]
async fn what_was_begun_is_done_although_its_client_gave_up() {
    let fixture =
        Fixture::faulty("[[fault]]\nkind = 'delay_before'\nmilliseconds = 200\nstep = 'create'").await;
    let client = fixture.client();
    let impatient = client.post("/v1/payment_intents", PLAIN);
    assert!(tokio::time::timeout(Duration::from_millis(50), impatient).await.is_err());
    let deadline = Instant::now() + Duration::from_secs(20);
    while fixture.running.audit().accounts[0].intents.is_empty() {
        assert!(Instant::now() < deadline, "the intent was never made");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
