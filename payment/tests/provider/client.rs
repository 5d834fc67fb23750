//! The client: what it sends, and what it makes of everything that can come back.

use std::time::Duration;

use payment::client::{
    API_VERSION, Call, Client, Endpoint, Limited, NoClient, Object, Reason, Retry, Verdict,
};
use payment::{Provider, config};
use tokio_util::sync::CancellationToken;

use crate::server::{Exchange, Server};
use crate::shop::{self, SECRET};

fn confirm() -> Call {
    let task = shop::task(shop::confirm());
    let (intent, method) = ("pi_1".parse().expect("an id"), "pm_card_visa".parse().expect("a card"));
    Call::confirm(&task, &intent, &method, None, 0)
}

async fn verdict(exchange: Exchange) -> Verdict {
    let server = Server::playing(vec![exchange]).await;
    Client::new(&shop::config(&server)).expect("a client").send(&confirm()).await
}

#[tokio::test]
async fn a_request_carries_what_it_must() {
    let server = Server::playing(vec![
        Exchange::ok(&shop::intent("requires_capture")),
        Exchange::ok(&shop::intent("requires_capture")),
    ])
    .await;
    let client = Client::new(&shop::config(&server)).expect("a client");
    let confirmed = client.send(&confirm()).await;
    assert!(matches!(confirmed, Verdict::Done(Object::Intent(_))), "{confirmed:?}");
    let looked = client.send(&Call::get_intent(&shop::eu(), &"pi_1".parse().expect("an id"))).await;
    assert_eq!(looked, confirmed);
    let asked = server.asked();
    assert_eq!(asked[0].line, "POST /v1/payment_intents/pi_1/confirm");
    assert_eq!(asked[0].body, "payment_method=pm_card_visa&use_stripe_sdk=true&expand%5B0%5D=latest_charge");
    assert_eq!(asked[0].key(), format!("eu:{}:confirm:1", shop::reservation()));
    assert_eq!(asked[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(asked[1].line, "GET /v1/payment_intents/pi_1?expand%5B0%5D=latest_charge");
    assert_eq!((asked[1].header("idempotency-key"), asked[1].body.as_str()), (None, ""));
    for asked in &asked {
        assert_eq!(asked.header("authorization"), Some(format!("Bearer {SECRET}").as_str()));
        assert_eq!(asked.header("stripe-version"), Some(API_VERSION));
        assert_eq!(asked.connection, 0, "the connection is used again");
    }
}

#[tokio::test]
async fn what_may_have_happened_is_to_be_called_again() {
    for (exchange, reason) in [
        (Exchange::ResetBefore, Reason::Reset),
        (Exchange::ResetAfter, Reason::Reset),
        (Exchange::Stall, Reason::TimedOut),
        (Exchange::Endless, Reason::Garbled),
        (Exchange::ok("<html>a proxy's page</html>"), Reason::Garbled),
        (Exchange::ok(&" ".repeat(300 << 10)), Reason::Garbled),
        (Exchange::Raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_owned()), Reason::Reset),
        (Exchange::Raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n".to_owned()), Reason::Reset),
        (Exchange::Raw("220 mail.example ESMTP\r\n".to_owned()), Reason::Reset),
        (Exchange::Raw(String::new()), Reason::Reset),
    ] {
        assert_eq!(verdict(exchange.clone()).await, Verdict::retry(reason), "{exchange:?}");
    }
}

#[tokio::test]
async fn errors_come_through_with_their_headers() {
    let replayed = vec![("Idempotent-Replayed", "true")];
    let spent = verdict(Exchange::Answer(500, replayed, String::new())).await;
    assert_eq!(spent, Verdict::Spent { status: 500 });
    let limited = vec![("Stripe-Rate-Limited-Reason", "global-rate"), ("Retry-After", "3")];
    let retry = Retry { after: Some(Duration::from_secs(3)), reason: Reason::RateLimited(Limited::Account) };
    assert_eq!(verdict(Exchange::Answer(429, limited, String::new())).await, Verdict::Retry(retry));
    let declined = verdict(Exchange::error(402, "card_error", "card_declined")).await;
    assert!(matches!(declined, Verdict::Declined(_)), "{declined:?}");
    let redirect = vec![("Location", "http://127.0.0.1:1/")];
    let redirected = verdict(Exchange::Answer(302, redirect, String::new())).await;
    assert_eq!(redirected, Verdict::retry(Reason::Unexpected(302)), "a secret key is not carried elsewhere");
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let server = Server::playing(Vec::new()).await;
    let config = shop::config(&server);
    drop(server);
    tokio::task::yield_now().await;
    let client = Client::new(&config).expect("a client");
    assert_eq!(client.send(&confirm()).await, Verdict::retry(Reason::Unreachable));
}

#[tokio::test]
async fn an_account_that_is_not_configured_sends_nothing() {
    let server = Server::playing(Vec::new()).await;
    let client = Client::new(&shop::config(&server)).expect("a client");
    let elsewhere = "us".parse().expect("a name");
    let call = Call::get_intent(&elsewhere, &"pi_1".parse().expect("an id"));
    assert_eq!(client.send(&call).await, Verdict::retry(Reason::NoAccount));
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn an_encrypted_provider_must_show_its_certificate() {
    let server = Server::playing(Vec::new()).await;
    let config = shop::config_at(&format!("https://{}", server.address));
    match Client::new(&config) {
        Ok(client) => {
            let answer = client.send(&confirm()).await;
            let closed = [Reason::Unreachable, Reason::TimedOut].map(Verdict::retry);
            assert!(closed.contains(&answer), "{answer:?}");
            assert!(server.asked().is_empty());
        }
        // A machine without root certificates says so, and connects to nobody.
        Err(NoClient::Roots(error)) => assert!(!error.to_string().is_empty()),
    }
}

#[tokio::test]
async fn nothing_that_is_shown_shows_a_secret() {
    let server = Server::playing(vec![Exchange::ok(&shop::intent("succeeded"))]).await;
    let config = config::Config {
        webhook_secrets: vec![config::WebhookSecret {
            account: None,
            secret: config::Secret::new("whsec_very_secret").expect("a secret"),
        }],
        ..shop::config(&server)
    };
    let provider = Provider::new(&config).expect("a provider");
    let verdict = provider.call(&confirm(), None, &CancellationToken::new()).await;
    let shown = format!("{config:?} {provider:?} {verdict:?} {:?}", confirm());
    assert!(shown.contains("pi_1") && !shown.contains("very_secret"), "{shown}");
    provider.shutdown().await;
}

#[tokio::test]
async fn calls_are_counted_and_a_429_slows_its_endpoint_down() {
    let limited = || Exchange::error(429, "invalid_request_error", "rate_limit");
    let server = Server::playing(vec![
        limited(),
        Exchange::error(429, "invalid_request_error", "lock_timeout"),
        Exchange::ok(&shop::intent("requires_capture")),
    ])
    .await;
    let provider = Provider::new(&shop::config(&server)).expect("a provider");
    let never = CancellationToken::new();
    for _ in 0..3 {
        provider.call(&confirm(), None, &never).await;
    }
    let metrics = provider.metrics();
    let results = ["rate_limited", "lock_timeout", "done"].map(|result| metrics.results(result));
    assert_eq!(results, [1, 1, 1]);
    let latencies = metrics.latencies[&Endpoint::ConfirmIntent];
    assert_eq!(latencies.classes.iter().sum::<u64>(), 3);
    assert_eq!(metrics.waiting[&shop::eu()], 0);
    provider.shutdown().await;
    let broken_off = provider.call(&confirm(), None, &never).await;
    assert_eq!(broken_off, Verdict::retry(Reason::BrokenOff));
}
