//! A storm: every step of every payment may be reset or stalled, by impatient clients, and replays too. Each key comes
//! to an end all the same: whoever asks again until there is an answer gets one, and everything happened once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use simulator::{IntentStatus, Running};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::fixture::{Fixture, PLAIN};

const PAYMENTS: usize = 240;
const AT_ONCE: usize = 80;
/// Shorter than a stall: the client has gone while the simulator is still at it.
const PATIENCE: Duration = Duration::from_millis(60);
/// Long after the longest row of faults that is at all likely.
const DONE_WITHIN: Duration = Duration::from_secs(30);

const SCRIPT: &str = r#"
    seed = 7
    [[fault]]
    kind = "reset_before"
    probability = 0.15
    [[fault]]
    kind = "reset_after"
    probability = 0.15
    [[fault]]
    kind = "stall_before"
    milliseconds = 150
    probability = 0.1
    [[fault]]
    kind = "stall_after"
    milliseconds = 150
    probability = 0.1
    [[fault]]
    kind = "delay_after"
    milliseconds = 150
    probability = 0.1
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_key_stays_in_use() {
    let fixture = Fixture::faulty(SCRIPT).await;
    let client = fixture.client().keeping_connections();
    let (places, mut payments) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
    for number in 0..PAYMENTS {
        let place = Arc::clone(&places).acquire_owned().await.expect("it is never closed");
        let client = client.clone();
        payments.spawn(async move {
            pay(&client, number).await;
            drop(place);
        });
    }
    payments.join_all().await;
    assert!(fixture.running.faults_struck().iter().all(|struck| *struck > 50), "it was no storm");
    assert_done_once(&fixture.running);
}

/// Creates, confirms and captures, each until it is done.
async fn pay(client: &Client, number: usize) {
    let form = [PLAIN, &[("payment_method", "pm_card_visa")]].concat();
    let id = until_done(client, &format!("create-{number}"), "/v1/payment_intents", &form).await;
    for step in ["confirm", "capture"] {
        let path = format!("/v1/payment_intents/{id}/{step}");
        until_done(client, &format!("{step}-{number}"), &path, &[]).await;
    }
}

/// Asks under one key until the answer is definite. Gives the intent's id.
async fn until_done(client: &Client, key: &str, path: &str, form: &[(&str, &str)]) -> String {
    let (client, began) = (client.keyed(key), Instant::now());
    let mut heard = Vec::new();
    loop {
        match tokio::time::timeout(PATIENCE, client.try_post(path, form)).await {
            Ok(Ok(answer)) if answer.status != 409 => return answer.is(200).at("/id").to_owned(),
            Ok(Ok(answer)) => heard.push(answer.status.to_string()),
            Ok(Err(_)) => heard.push("reset".to_owned()),
            Err(_) => heard.push("silence".to_owned()),
        }
        assert!(began.elapsed() < DONE_WITHIN, "{key} is never answered: {heard:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn assert_done_once(running: &Running) {
    let audit = running.audit();
    let books = &audit.accounts[0];
    assert_eq!((books.intents.len(), books.keys.len()), (PAYMENTS, 3 * PAYMENTS));
    for intent in &books.intents {
        let charges: Vec<i64> = intent.charges.iter().map(|charge| charge.amount_captured).collect();
        assert_eq!((intent.status, charges), (IntentStatus::Succeeded, vec![2_000]), "{intent:?}");
    }
}
