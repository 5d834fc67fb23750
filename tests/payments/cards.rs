//! Cards that decline, and cards whose banks ask who is there: approved, refused, and left alone.

use std::future::ready;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use simulator::IntentStatus;

use crate::cluster::invariants::{Verdict, check_payments, conserved};
use crate::cluster::{Bank, Card, Cluster, Customer, Deal, Errand, Fate, until};
use crate::sale::{PRODUCT, Sale};

const STOCK: u64 = 100;
/// How many do each thing: one reserves and pays in two calls, the others in one.
const EACH: usize = 4;
const CANCELLED_WITHIN: Duration = Duration::from_secs(20);

/// What buyers do, and how each time it ends: paid, held, or waited for in vain.
const STORIES: [(&[Card], &str); 8] = [
    (&[Card::GOOD], "paid"),
    (&[Card::EMPTY, Card::GOOD], "paid"),
    (&[Card::APPROVED], "paid"),
    (&[Card::STOLEN, Card::APPROVED], "paid"),
    (&[Card::APPROVED_AND_EMPTY, Card::EMPTY, Card::GOOD], "paid"),
    (&[Card::EMPTY, Card::EMPTY, Card::EMPTY], "held"),
    (&[Card::STOLEN], "held"),
    (&[Card::ABANDONED], "paying"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_card_does_decides_what_becomes_of_the_hold() {
    let Sale { cluster, bank, till, watcher } = Sale::open(STOCK, "").await;
    let customers = (0..EACH * STORIES.len()).map(customer).collect();
    let deals = till.serve_all(customers, 16).await;
    let wrong = deals.iter().filter(|deal| deal.status() != Some(expected(deal)));
    let wrong = wrong.map(|deal| format!("it was to be {}: {deal:?}", expected(deal)));
    Verdict::default().add(wrong.collect()).holds();
    Verdict::default().add(conserved::violations(&watcher.end().await, STOCK)).holds();
    check_payments(&cluster, &bank, PRODUCT, &deals).await;
    check_intents(&bank, &deals).await;
    check_no_fourth_card(&cluster, &deals).await;
}

fn customer(number: usize) -> Customer {
    let customer = Customer::new(PRODUCT, number, STORIES[number % STORIES.len()].0);
    if number < STORIES.len() { customer } else { customer.at_once() }
}

fn story_of(deal: &Deal) -> &'static (&'static [Card], &'static str) {
    let number = deal.buyer.rsplit('-').next().and_then(|number| number.parse::<usize>().ok());
    &STORIES[number.expect("the buyer's number") % STORIES.len()]
}

fn expected(deal: &Deal) -> &'static str {
    story_of(deal).1
}

/// One intent for each card that was tried; those that came to nothing are cancelled, so that nothing can come of them.
async fn check_intents(bank: &Bank, deals: &[Deal]) {
    for deal in deals {
        let (cards, end) = story_of(deal);
        let last = match *end {
            "paid" => IntentStatus::Succeeded,
            "paying" => IntentStatus::RequiresAction,
            _ => IntentStatus::Canceled,
        };
        let mut expected = vec![IntentStatus::Canceled; cards.len() - 1];
        expected.push(last);
        let reservation = deal.reservation().expect("there is enough for all");
        let what = format!("the intents of {reservation} are {expected:?}");
        until(&what, CANCELLED_WITHIN, || {
            let own = bank.ledger().into_iter().filter(|intent| intent.reservation == reservation);
            ready(own.map(|intent| intent.status).collect::<Vec<_>>() == expected)
        })
        .await;
    }
}

/// Three cards are all that can be tried, and what is being paid takes no other.
async fn check_no_fourth_card(cluster: &Cluster, deals: &[Deal]) {
    let mut refused = 0;
    for deal in deals {
        let (cards, end) = story_of(deal);
        if cards.len() < 3 && *end == "held" {
            continue;
        }
        let reservation = deal.reservation().expect("there is enough for all");
        let path = format!("/v1/reservations/{reservation}/payment");
        let errand = Errand::new(Method::POST, path).by(&deal.buyer).key("one-more");
        let errand = errand.body(json!({ "payment_method": Card::GOOD.method }));
        let answer = cluster.api.settle(1, &errand).await.answer.expect("a definite answer");
        assert_eq!((answer.status, answer.text("code")), (409, "conflict"), "{deal:?}: {answer:?}");
        refused += 1;
    }
    let left = deals.iter().filter(|deal| deal.fate == Fate::Kept).count();
    assert_eq!(refused, EACH * 7, "{left} of them hold their unit");
}
