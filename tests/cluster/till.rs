//! The till: buyers who pay with cards at the payment provider, and what they are told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime};

use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use super::api::Api;
use super::chance::Chance;
use super::deal::{Deal, Fate};
use super::door::Errand;
use super::local::{Cluster, NODES};
use super::order::moment;
use super::story::Story;
use super::visit;

/// How long a payment may take, faults and elections included.
const PAID_WITHIN: Duration = Duration::from_secs(90);
/// How often a buyer looks whether the payment is through.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Where a bank sends the buyer back to; nobody goes there.
const BACK: &str = "http://127.0.0.1:9/back";

/// A card, and what its holder answers if the bank asks who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) method: &'static str,
    /// `None`: nothing, they are gone.
    pub(crate) answer: Option<&'static str>,
    /// Whether they let the hold's end go by first.
    pub(crate) dawdles: bool,
}

impl Card {
    /// It pays.
    pub(crate) const GOOD: Card = Card::of("pm_card_visa", None);
    /// It has not enough on it.
    pub(crate) const EMPTY: Card = Card::of("pm_card_visa_chargeDeclinedInsufficientFunds", None);
    /// The bank asks who is there, and is told.
    pub(crate) const APPROVED: Card = Card::of("pm_card_authenticationRequired", Some("succeed"));
    /// The bank asks who is there, and it is somebody else.
    pub(crate) const STOLEN: Card = Card::of("pm_card_authenticationRequired", Some("fail"));
    /// The bank asks who is there, and nobody answers.
    pub(crate) const ABANDONED: Card = Card::of("pm_card_authenticationRequired", None);
    /// The bank asks who is there, is told, and declines.
    pub(crate) const APPROVED_AND_EMPTY: Card =
        Card::of("pm_card_threeDSecureRequiredChargeDeclined", Some("succeed"));

    /// It pays; refunds to it seem to succeed, and fail five seconds later.
    pub(crate) const FAILS_LATER: Card = Card::of("pm_card_refundFail", None);
    /// It pays; refunds to it take five seconds.
    pub(crate) const TAKES_TIME: Card = Card::of("pm_card_pendingRefund", None);

    /// Another card.
    pub(crate) const fn of(method: &'static str, answer: Option<&'static str>) -> Card {
        Card { method, answer, dawdles: false }
    }

    /// The same, of somebody who proves themselves if the bank asks though this card's never does.
    pub(crate) const fn approved(self) -> Card {
        Card { answer: Some("succeed"), ..self }
    }

    /// The same, of somebody who answers the bank when the hold would be over.
    pub(crate) const fn dawdling(self) -> Card {
        Card { dawdles: true, ..self }
    }

    fn form(self) -> Value {
        json!({ "payment_method": self.method, "return_url": BACK })
    }
}

/// A buyer, and the cards that they try one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Customer {
    pub(crate) product: String,
    pub(crate) buyer: String,
    /// Whether they reserve and pay in one call, or in two.
    pub(crate) at_once: bool,
    pub(crate) cards: Vec<Card>,
}

impl Customer {
    /// A buyer who reserves and then pays.
    pub(crate) fn new(product: &str, number: usize, cards: &[Card]) -> Customer {
        let (product, buyer) = (product.to_owned(), format!("customer-{number}"));
        Customer { product, buyer, at_once: false, cards: cards.to_vec() }
    }

    /// The same, but in one call.
    pub(crate) fn at_once(self) -> Customer {
        Customer { at_once: true, ..self }
    }

    fn key(&self) -> String {
        format!("attempt-{}", self.buyer)
    }

    /// The attempt, to be sent as often as it takes.
    pub(crate) fn attempt(&self) -> Errand {
        let (route, mut body) = match self.cards.first().filter(|_| self.at_once) {
            Some(card) => ("purchases", card.form()),
            None => ("reservations", json!({})),
        };
        body["quantity"] = json!(1);
        let path = format!("/v1/products/{}/{route}", self.product);
        Errand::new(Method::POST, path).by(&self.buyer).key(self.key()).body(body)
    }

    fn pay(&self, reservation: &str, number: usize, card: Card) -> Errand {
        let path = format!("/v1/reservations/{reservation}/payment");
        let key = format!("pay-{}-{number}", self.buyer);
        Errand::new(Method::POST, path).by(&self.buyer).key(key).body(card.form())
    }
}

/// What a payment came to.
enum Payment {
    Through(String),
    Declined,
    /// The hold's time was up.
    Expired,
    /// The bank waits for the buyer, and nobody comes.
    Open,
    Unknown,
}

/// The till. Clones are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Till {
    api: Api,
    story: Story,
    seed: u64,
    patience: Duration,
    browser: reqwest::Client,
    under_way: Arc<AtomicU64>,
    paid: Arc<AtomicU64>,
}

impl Till {
    /// The till of a cluster.
    pub(crate) fn open(cluster: &Cluster) -> Till {
        let browser = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build();
        Till {
            api: cluster.api.clone(),
            story: cluster.story.clone(),
            seed: cluster.seed,
            patience: PAID_WITHIN,
            browser: browser.expect("a client"),
            under_way: Arc::default(),
            paid: Arc::default(),
        }
    }

    /// The same, where a payment may take so long.
    pub(crate) fn patient(self, patience: Duration) -> Till {
        Till { patience, ..self }
    }

    /// How many have paid.
    pub(crate) fn paid(&self) -> u64 {
        self.paid.load(Relaxed)
    }

    /// How many have begun to pay and do not know yet what came of it.
    pub(crate) fn under_way(&self) -> u64 {
        self.under_way.load(Relaxed)
    }

    /// Serves customers, so many at once, until each is served or has gone.
    pub(crate) async fn serve_all(self, customers: Vec<Customer>, at_once: usize) -> Vec<Deal> {
        use futures_util::StreamExt;
        let served = customers.into_iter().enumerate().map(|(number, customer)| {
            let till = self.clone();
            async move { till.serve(&customer, number as u64).await }
        });
        futures_util::stream::iter(served).buffer_unordered(at_once).collect().await
    }

    /// Serves a customer; `number` is what their dice are thrown by.
    pub(crate) async fn serve(&self, customer: &Customer, number: u64) -> Deal {
        let mut chance = Chance::new(self.seed, number);
        let sent = self.api.settle(chance.pick(&NODES), &customer.attempt()).await;
        let mut deal = Deal {
            product: customer.product.clone(),
            buyer: customer.buyer.clone(),
            key: customer.key(),
            began: sent.began,
            ended: sent.ended,
            sends: sent.sends,
            unsure: sent.unsure,
            outcome: visit::outcome(&sent),
            fate: Fate::Kept,
        };
        if let Some(reservation) = deal.reservation().map(str::to_owned) {
            deal.fate = self.pay(customer, &reservation, &mut chance).await;
        }
        deal
    }

    /// Tries one card after the other.
    async fn pay(&self, customer: &Customer, reservation: &str, chance: &mut Chance) -> Fate {
        for (number, &card) in customer.cards.iter().enumerate() {
            if number > 0 || !customer.at_once {
                let errand = customer.pay(reservation, number, card);
                let sent = self.api.settle(chance.pick(&NODES), &errand).await;
                let status = sent.answer.as_ref().map(|answer| answer.status);
                if status == Some(410) {
                    return Fate::Expired;
                }
                if status != Some(202) {
                    self.story.tell(format!("{reservation} cannot be paid: {sent:?}"));
                    return Fate::Unknown;
                }
            }
            self.under_way.fetch_add(1, Relaxed);
            let payment = self.payment(customer, reservation, card, chance).await;
            self.under_way.fetch_sub(1, Relaxed);
            match payment {
                Payment::Through(order) => {
                    self.paid.fetch_add(1, Relaxed);
                    return Fate::Paid { order };
                }
                Payment::Declined => {}
                Payment::Expired => return Fate::Expired,
                Payment::Open => return Fate::Paying,
                Payment::Unknown => return Fate::Unknown,
            }
        }
        Fate::Kept
    }

    /// Waits for a payment, and answers the bank.
    async fn payment(
        &self,
        customer: &Customer,
        reservation: &str,
        card: Card,
        chance: &mut Chance,
    ) -> Payment {
        let (began, mut is_answered) = (Instant::now(), false);
        let path = format!("/v1/reservations/{reservation}");
        let look = Errand::new(Method::GET, path).by(&customer.buyer);
        let mut seen = Value::Null;
        while began.elapsed() < self.patience {
            tokio::time::sleep(LOOK_EVERY).await;
            let sent = self.api.settle(chance.pick(&NODES), &look).await;
            let Some(answer) = sent.answer else { continue };
            let action = &answer.body["payment"]["next_action"]["redirect_to_url"]["url"];
            match (answer.text("status"), action.as_str()) {
                ("paid", _) => return Payment::Through(answer.text("order_id").to_owned()),
                ("held", _) if answer.body["payment"]["status"] == "declined" => return Payment::Declined,
                ("expired", _) => return Payment::Expired,
                ("paying", Some(_)) if card.dawdles && !is_over(&answer.body) => {}
                ("paying", Some(url)) if !is_answered => {
                    let Some(outcome) = card.answer else { return Payment::Open };
                    is_answered = self.answer(url, outcome).await;
                }
                ("paying", _) => {}
                _ => {
                    self.story.tell(format!("{reservation} is neither paid nor declined: {answer:?}"));
                    return Payment::Unknown;
                }
            }
            seen = answer.body;
        }
        self.story.tell(format!("{reservation} is not paid within {:?}: {seen}", self.patience));
        Payment::Unknown
    }

    /// Tells the bank who is there.
    async fn answer(&self, url: &str, outcome: &str) -> bool {
        let form = format!("outcome={outcome}");
        let request = self.browser.post(url).header("Content-Type", "application/x-www-form-urlencoded");
        let answer = request.body(form).send().await;
        answer.is_ok_and(|answer| answer.status().is_success() || answer.status().is_redirection())
    }
}

/// Whether the time of a reservation's hold is up.
fn is_over(reservation: &Value) -> bool {
    moment(reservation, "expires_at").is_some_and(|end| SystemTime::now() > end)
}
