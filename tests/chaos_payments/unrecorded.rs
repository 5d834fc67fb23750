//! A leader dies, or hangs and comes back believing that it leads, between what the provider did and the record of it,
//! at each step of a payment: another leader carries the step out again, finds it done, and goes on. Nothing is done
//! twice.

use std::future::ready;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use simulator::IntentStatus;

use crate::cluster::invariants::{Verdict, check_payments, conserved};
use crate::cluster::{ADMIN, Card, Cluster, Customer, Dashboard, Deal, Errand, Fate, Intent, NODES};
use crate::cluster::{until, until_some};
use crate::sale::{PRODUCT, Sale};

const STOCK: u64 = 10;
/// How much later than it happens a step is answered: the time for the kill.
const ANSWERED_AFTER: Duration = Duration::from_secs(5);
const SEEN_WITHIN: Duration = Duration::from_secs(20);
const OVER_WITHIN: Duration = Duration::from_secs(60);

/// A step of a payment, the call that does it, the card that leads to it, and how the ledger shows that it was done.
struct Moment {
    step: &'static str,
    call: &'static str,
    card: Card,
    is_done: fn(&Intent) -> bool,
}

/// Each is the moment of the intent of its number.
const MOMENTS: [Moment; 6] = [
    Moment { step: "create", call: "create_intent", card: Card::GOOD, is_done: |_| true },
    Moment { step: "confirm", call: "confirm_intent", card: Card::GOOD, is_done: Intent::holds_money },
    Moment {
        step: "capture",
        call: "capture_intent",
        card: Card::GOOD,
        is_done: |intent| intent.captured > 0,
    },
    Moment {
        step: "cancel",
        call: "cancel_intent",
        card: Card::EMPTY,
        is_done: |intent| intent.status == IntentStatus::Canceled,
    },
    Moment { step: "refund", call: "create_refund", card: Card::GOOD, is_done: |intent| intent.refunded > 0 },
    Moment {
        step: COMPENSATE,
        // Whoever is to give all of it back looks first what is on its way.
        call: "list_refunds",
        card: Card::EMPTY,
        is_done: |intent| intent.refunded > 0,
    },
];
/// A refund as well, of money that somebody takes by hand while our cancel is on its way.
const COMPENSATE: &str = "compensate";

/// What happens to the leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blow {
    Killed,
    /// It hangs until another has done all, and then hears the answers to its own calls.
    Paused,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_and_not_recorded_is_found_by_the_next_leader() {
    all_are_met(Blow::Killed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_leaders_that_carry_out_one_payment_do_it_once() {
    all_are_met(Blow::Paused).await;
}

async fn all_are_met(blow: Blow) {
    let mut sale = Sale::open(STOCK, &script()).await;
    let mut deals = Vec::new();
    for (number, moment) in (1..).zip(&MOMENTS) {
        deals.push(meet(&mut sale, number, moment, blow).await);
    }
    let Sale { cluster, bank, watcher, .. } = sale;
    Verdict::default().add(conserved::violations(&watcher.end().await, STOCK)).holds();
    check_payments(&cluster, &bank, PRODUCT, &deals).await;
    let mut ledger = bank.ledger();
    ledger.sort_by_key(|intent| intent.number);
    let done: Vec<_> = ledger.iter().map(|intent| (intent.status, intent.charges, intent.refunds)).collect();
    let taken = (IntentStatus::Succeeded, 1, 0);
    let expected = [
        taken,
        taken,
        taken,
        (IntentStatus::Canceled, 1, 0),
        (IntentStatus::Succeeded, 1, 1),
        (IntentStatus::Succeeded, 2, 1),
    ];
    assert_eq!(done, expected, "once each: {ledger:#?}");
}

/// Late answers to what the moments are about. No event tells of it either: that would be another way to know.
fn script() -> String {
    let ms = ANSWERED_AFTER.as_millis();
    let late = (1..).zip(&MOMENTS).map(|(order, Moment { step, .. })| {
        let step = if *step == COMPENSATE { "refund" } else { step };
        format!("[[fault]]\nkind = \"delay_after\"\nstep = \"{step}\"\norder = {order}\ntimes = 1\nmilliseconds = {ms}\n")
    });
    let by_hand = MOMENTS.len();
    let slow = format!(
        "[[fault]]\nkind = \"delay_before\"\nstep = \"cancel\"\norder = {by_hand}\ntimes = 1\nmilliseconds = {ms}\n"
    );
    late.chain([slow, "[[fault]]\nkind = \"webhook_drop\"\n".to_owned()]).collect()
}

/// Somebody pays, and who leads gets the blow when the ledger shows that the step was done. The others see it to its end
/// before that one is back.
async fn meet(sale: &mut Sale, number: u64, moment: &Moment, blow: Blow) -> Deal {
    let Sale { cluster, bank, till, .. } = sale;
    let customer = Customer::new(PRODUCT, usize::try_from(number).expect("one of six"), &[moment.card]);
    let served = {
        let (till, api) = (till.clone(), cluster.api.clone());
        let wants_refund = moment.step == "refund";
        tokio::spawn(async move {
            let deal = till.serve(&customer.at_once(), number).await;
            if let (true, Fate::Paid { order }) = (wants_refund, &deal.fate) {
                let path = format!("/v1/orders/{order}/refunds");
                let errand = Errand::new(Method::POST, path).token(ADMIN).key("back");
                api.settle(1, &errand.body(json!({ "restock": false }))).await;
            }
            deal
        })
    };
    if moment.step == COMPENSATE {
        let declined = until_some("the card is declined", SEEN_WITHIN, || {
            let waits = |intent: &Intent| {
                intent.number == number
                    && intent.status == IntentStatus::RequiresPaymentMethod
                    && intent.charges > 0
            };
            ready(bank.ledger().into_iter().find(waits))
        });
        let declined = declined.await;
        Dashboard::of(cluster).take(&declined, "pm_card_visa").await;
    }
    let is_done = || bank.ledger().iter().any(|intent| intent.number == number && (moment.is_done)(intent));
    let mut not_yet = Instant::now();
    until(&format!("the provider has done the {}", moment.step), SEEN_WITHIN, || {
        let (looked, is_done) = (Instant::now(), is_done());
        if !is_done {
            not_yet = looked;
        }
        ready(is_done)
    })
    .await;
    // Asked now: leaderships are handed over in the first seconds, so that each node has some.
    let leader = cluster.leader_of(PRODUCT).await;
    let calls = calls(cluster, leader, moment).await.expect("the others run");
    match blow {
        Blow::Killed => cluster.kill(&[leader]),
        Blow::Paused => cluster.pause(leader),
    }
    assert!(not_yet.elapsed() < ANSWERED_AFTER, "the {} was answered before the blow", moment.step);
    goes_on(cluster, leader, moment, calls).await;
    match blow {
        Blow::Killed => cluster.start_node(leader),
        Blow::Paused => cluster.resume(leader),
    }
    let deal = served.await.expect("no buyer meets what must not be");
    cluster.story.tell(format!("{}: {deal:?}", moment.step));
    cluster.ready().await;
    until("nobody has anything left to do", OVER_WITHIN, || async {
        cluster.api.payment_tasks(&NODES).await == Some(0)
    })
    .await;
    assert_eq!(bank.ledger().len() as u64, number, "one intent each: {:#?}", bank.ledger());
    deal
}

/// Waits until another leader has made the call again, and then until nothing is left to be done.
async fn goes_on(cluster: &Cluster, dead: u64, moment: &Moment, before: u64) {
    until(&format!("another leader carries out the {}", moment.step), SEEN_WITHIN, || async move {
        calls(cluster, dead, moment).await.is_some_and(|now| now > before)
    })
    .await;
    let others = cluster.others(dead);
    until(&format!("the {} is seen to its end", moment.step), OVER_WITHIN, || async move {
        cluster.api.payment_tasks(&others).await == Some(0)
    })
    .await;
}

/// How many calls of a moment's kind the others than `dead` have had answered.
async fn calls(cluster: &Cluster, dead: u64, moment: &Moment) -> Option<u64> {
    let mut calls = 0;
    for node in cluster.others(dead) {
        calls += cluster.api.metric(node, "flashsale_payment_calls_total", moment.call).await?;
    }
    Some(calls)
}
