//! Everything at once: the provider loses answers, forgets, refuses and stalls, its events are lost, doubled and late,
//! and the leader of the product is killed twice while payments are under way.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::future::ready;
use std::time::{Duration, Instant};

use crate::cluster::invariants::{Verdict, back, check_payments, conserved};
use crate::cluster::{Bank, Card, Cluster, Customer, Deal, Pulse, until};
use crate::sale::{PRODUCT, Sale};

const STOCK: u64 = 130;
const BUYERS: usize = 150;
/// How many have paid when the leader is killed.
const KILLS: [u64; 2] = [20, 70];
/// How many payments are under way then, at least.
const UNDER_WAY: u64 = 8;
const PAID_WITHIN: Duration = Duration::from_secs(60);

/// What strikes the steps of a payment: what, its options, and how often.
const STEPS: [&str; 5] = ["create", "confirm", "capture", "cancel", "retrieve"];
const AILMENTS: [(&str, &str, f64); 10] = [
    ("reset_before", "", 0.03),
    ("reset_after", "", 0.04),
    ("conflict", "", 0.02),
    ("lock_timeout", "", 0.02),
    ("rate_limit", "", 0.01),
    ("error_before", "", 0.02),
    ("error_after", "", 0.03),
    ("delay_before", "milliseconds = 700", 0.03),
    ("delay_after", "milliseconds = 700", 0.03),
    ("stall_after", "milliseconds = 1500", 0.01),
];
/// What becomes of events.
const NOTICES: [(&str, &str, f64); 3] = [
    ("webhook_drop", "", 0.2),
    ("webhook_duplicate", "copies = 3", 0.2),
    ("webhook_delay", "seconds = 4", 0.2),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_on_both_sides_lose_and_double_no_payment() {
    let Sale { mut cluster, bank, till, watcher } = Sale::open(STOCK, &script()).await;
    let mut pulse = Pulse::begin(&cluster.api).await;
    let customers: Vec<Customer> = (0..BUYERS).map(customer).collect();
    let crowd = tokio::spawn(till.clone().serve_all(customers.clone(), 24));
    let mut outages = Vec::new();
    for paid in KILLS {
        let leader = cluster.leader_of(PRODUCT).await;
        until("enough have paid, and others are paying", PAID_WITHIN, || {
            ready(till.paid() >= paid && till.under_way() >= UNDER_WAY)
        })
        .await;
        cluster.kill(&[leader]);
        cluster.story.tell(format!("{} payments under way, {} through", till.under_way(), till.paid()));
        assert!(till.under_way() > 0, "the kill came too late");
        outages.push(back::look(&mut pulse, Instant::now()).await);
        cluster.start_node(leader);
        cluster.ready().await;
    }
    let deals = crowd.await.expect("no buyer meets what must not be");
    cluster.story.tell(format!("back after {outages:?}; faults struck {:?}", bank.faults_struck()));
    let samples = watcher.end().await;
    Verdict::default().add(conserved::violations(&samples, STOCK)).add(back::violations(&outages)).holds();
    check_payments(&cluster, &bank, PRODUCT, &deals).await;
    check_attempts(&cluster, &customers, &deals).await;
    check_intents(&bank, &customers, &deals);
    check_variety(&bank);
}

/// Some cards are declined first, some want the bank's approval.
fn customer(number: usize) -> Customer {
    let cards: &[Card] = match number % 8 {
        0 => &[Card::EMPTY, Card::GOOD],
        1 => &[Card::APPROVED],
        2 => &[Card::STOLEN, Card::GOOD],
        _ => &[Card::GOOD],
    };
    let customer = Customer::new(PRODUCT, number, cards);
    if number.is_multiple_of(3) { customer } else { customer.at_once() }
}

/// The script; `FLASHSALE_FAULTS` makes it so many times as bad.
fn script() -> String {
    let times = std::env::var("FLASHSALE_FAULTS").map_or(1.0, |times| times.parse().expect("a number"));
    let mut script = String::new();
    for (kind, options, probability) in AILMENTS {
        let probability = f64::min(probability * times, 1.0);
        for step in STEPS {
            let rule = format!(
                "[[fault]]\nkind = \"{kind}\"\nstep = \"{step}\"\ntimes_per_order = 1\nprobability = {probability}\n{options}\n"
            );
            script.push_str(&rule);
        }
    }
    for (kind, options, probability) in NOTICES {
        let rule = format!("[[fault]]\nkind = \"{kind}\"\nprobability = {probability}\n{options}");
        writeln!(script, "{rule}").expect("a text takes more text");
    }
    script
}

/// I7: every attempt that was granted has the same answer still.
async fn check_attempts(cluster: &Cluster, customers: &[Customer], deals: &[Deal]) {
    let mut wrong = Vec::new();
    for deal in deals {
        let Some(reservation) = deal.reservation() else { continue };
        let customer = customers.iter().find(|customer| customer.buyer == deal.buyer).expect("one of them");
        let sent = cluster.api.settle(1, &customer.attempt()).await;
        let same = sent
            .answer
            .as_ref()
            .is_some_and(|answer| answer.is_done() && answer.replayed && answer.text("id") == reservation);
        if !same {
            wrong.push(format!("I7: granted as {deal:?}, but asked again: {sent:?}"));
        }
    }
    Verdict::default().add(wrong).holds();
}

/// However often a step was repeated, there is one intent for each card that was tried; and one more for each that was
/// made and then denied, whose id nobody was told.
fn check_intents(bank: &Bank, customers: &[Customer], deals: &[Deal]) {
    let granted: HashSet<&str> =
        deals.iter().filter(|deal| deal.reservation().is_some()).map(|deal| deal.buyer.as_str()).collect();
    let paid = customers.iter().filter(|customer| granted.contains(customer.buyer.as_str()));
    let tries: usize = paid.map(|customer| customer.cards.len()).sum();
    let kind = AILMENTS.iter().position(|(kind, _, _)| *kind == "error_after").expect("one of them");
    let step = STEPS.iter().position(|step| *step == "create").expect("one of them");
    let denied = usize::try_from(bank.faults_struck()[kind * STEPS.len() + step]).expect("a few");
    let intents = bank.ledger().len();
    assert!(
        (tries..=tries + denied).contains(&intents),
        "{intents} intents for {tries} tries, {denied} denied"
    );
}

/// A fault that never struck was not survived: nearly every kind has struck, and all of events.
fn check_variety(bank: &Bank) {
    let struck = bank.faults_struck();
    let (ailments, notices) = struck.split_at(AILMENTS.len() * STEPS.len());
    let total: u64 = ailments.iter().sum();
    assert!(total >= 60, "only {total} faults struck: {struck:?}");
    let kinds = ailments.chunks(STEPS.len()).map(|steps| steps.iter().sum::<u64>());
    let idle = kinds.filter(|struck| *struck == 0).count();
    assert!(idle <= 1, "{idle} kinds of faults never struck: {struck:?}");
    assert!(notices.iter().all(|struck| *struck > 0), "events were spared: {struck:?}");
}
