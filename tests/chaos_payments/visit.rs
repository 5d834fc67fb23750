//! A visit: a buyer pays, and an operator may give the money back; or the buyer leaves the payment alone, and it is
//! watched until it is over.

use std::time::{Duration, SystemTime};

use reqwest::Method;
use serde_json::{Value, json};

use crate::cluster::{
    ADMIN, Api, Card, Chance, Customer, Deal, Errand, Fate, NODES, PRICE, Story, Till, moment,
};

/// Of a hundred orders, how many are given back, in full or in part.
const REFUND_PERCENT: u64 = 30;
/// How often a payment that was left alone is looked at, as clients pause.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long it may take until it is over: its two minutes, and an undoing whose answers are lost.
const OVER_WITHIN: Duration = Duration::from_secs(420);

/// What came of a visit.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) deal: Deal,
    pub(crate) refund: Option<Asked>,
    pub(crate) left: Option<LeftAlone>,
}

/// A refund that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) refund: String,
    /// Whether its units go back on sale, should it succeed.
    pub(crate) restock: bool,
}

impl Visit {
    /// Whether the units were to go back on sale with a refund.
    pub(crate) fn restocks(&self) -> bool {
        self.refund.as_ref().is_some_and(|asked| asked.restock)
    }
}

/// What was seen of a payment that its buyer left alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeftAlone {
    /// When the last looks began that found that it could still be authorized, and that it was not over.
    pub(crate) last_payable: SystemTime,
    pub(crate) last_paying: SystemTime,
}

/// Where visits are made.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    pub(crate) api: Api,
    pub(crate) till: Till,
    pub(crate) story: Story,
    pub(crate) seed: u64,
}

impl Shop {
    /// What happens at the counter.
    pub(crate) async fn serve(&self, customer: &Customer, number: usize) -> Visit {
        let mut chance = Chance::new(self.seed, (2 << 32) + number as u64);
        let deal = self.till.serve(customer, number as u64).await;
        let refund = match &deal.fate {
            // There are few of them, and what the bank returns must be seen.
            Fate::Paid { order } if pays_with(customer, Card::FAILS_LATER) => {
                self.give_back(order, chance.pick(&NODES), None, true).await
            }
            Fate::Paid { order } if chance.below(100) < REFUND_PERCENT => {
                let (amount, restock) = match chance.below(4) {
                    0 => (Some(PRICE / 4), false),
                    1 => (None, false),
                    _ => (None, true),
                };
                self.give_back(order, chance.pick(&NODES), amount, restock).await
            }
            _ => None,
        };
        Visit { deal, refund, left: None }
    }

    /// An operator gives money back at a node: all of it unless an amount is said, with the units or without.
    async fn give_back(&self, order: &str, node: u64, amount: Option<u64>, restock: bool) -> Option<Asked> {
        let errand = Errand::new(Method::POST, format!("/v1/orders/{order}/refunds")).token(ADMIN);
        let errand = errand.key(format!("back-{order}"));
        let errand = errand.body(json!({ "amount": amount, "restock": restock }));
        let sent = self.api.settle(node, &errand).await;
        let answer =
            sent.answer.unwrap_or_else(|| panic!("no definite answer about {order}: {:?}", sent.heard));
        if answer.status == 409 {
            self.story.tell(format!("{order} cannot be given back: {answer:?}"));
            return None;
        }
        assert_eq!(answer.status, 202, "{answer:?}");
        Some(Asked { refund: answer.text("id").to_owned(), restock })
    }

    /// Watches a payment that was left alone until it is over.
    pub(crate) async fn watch(&self, mut visit: Visit) -> Visit {
        let (Fate::Paying, Some(reservation)) = (&visit.deal.fate, visit.deal.reservation()) else {
            return visit;
        };
        let look = Errand::new(Method::GET, format!("/v1/reservations/{reservation}")).by(&visit.deal.buyer);
        let began = SystemTime::now();
        let mut seen = LeftAlone { last_payable: began, last_paying: began };
        for node in NODES.into_iter().cycle() {
            let now = SystemTime::now();
            let Some(answer) = self.api.settle(node, &look).await.answer else { continue };
            if answer.text("status") != "paying" {
                break;
            }
            let waited = now.duration_since(began).unwrap_or_default();
            assert!(waited < OVER_WITHIN, "a payment that was left alone does not end: {answer:?}");
            seen.last_paying = now;
            if is_payable(&answer.body) {
                seen.last_payable = now;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        visit.left = Some(seen);
        visit
    }
}

/// Whether the card that paid, the last one tried, is this one, whatever its holder answers.
fn pays_with(customer: &Customer, card: Card) -> bool {
    customer.cards.last().is_some_and(|last| last.method == card.method)
}

/// Whether an authorization would still make an order.
fn is_payable(reservation: &Value) -> bool {
    let status = reservation["payment"]["status"].as_str();
    status.is_some_and(|status| matches!(status, "queued" | "processing" | "requires_action"))
}

/// When a reservation's payment had to be authorized, and when its units were free in any case.
pub(crate) fn deadlines(reservation: &Value) -> Option<(SystemTime, SystemTime)> {
    const GRACE: Duration = Duration::from_secs(15 * 60);
    Some((moment(&reservation["payment"], "pay_by")?, moment(reservation, "expires_at")? + GRACE))
}
