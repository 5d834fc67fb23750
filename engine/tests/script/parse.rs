//! From the words of a step to what is to be done.

use engine::command::{
    Acknowledge, ActivateRules, AdjustStock, Cancel, Checkout, Confirm, Found, Pay, Purchase, PutLane,
    PutProduct, Refund, Release, Reserve,
};
use engine::saga::Means;
use engine::{Command, LogTime, PaymentMode, ProductId, Proposal, Query, RULES, Scope};

use super::finding;
use super::lanes;
use super::names;
use super::step::{Sent, Step};
use super::words::Words;
use super::world::World;

/// Reads one step. The world knows how products are described so far, for a `put` says only what is new.
pub(crate) fn step(line: &str, world: &mut World) -> Step {
    let mut words = Words::new(line);
    match words.next().unwrap_or_default() {
        "at" => Step::At(words.time()),
        "after" => Step::After(words.span()),
        "unfounded" => Step::Unfounded,
        "tick" => Step::Tick,
        "together" => Step::Together,
        "show" => Step::Show(query(&mut words)),
        "consider" => {
            let mut means = None;
            let reserve = reserve(&mut words, &mut Extras::default(), &mut means);
            Step::Consider(reserve, means.is_some())
        }
        "deadline" => Step::Deadline,
        "cap" => Step::Cap(words.parse("a number")),
        "audit" => Step::Audit(words.parse("a product")),
        "tasks" => Step::Tasks,
        "alarms" => Step::Alarms,
        "outbox" => Step::Outbox(words.parse("a consumer")),
        "lane" => Step::Lane(words.parse("a product")),
        "transfers" => Step::Transfers,
        "takings" => Step::Takings(words.parse("a product")),
        "payments" => Step::Payments(words.parse("a product")),
        "snapshot" => Step::Reload,
        _ => Step::Propose(sent(line, world)),
    }
}

/// Reads a command with its key, its deadline and the rules of its batch.
pub(crate) fn sent(line: &str, world: &mut World) -> Sent {
    let mut words = Words::new(line);
    let mut extras = Extras::default();
    let verb = words.next().unwrap_or_default();
    let command = command(verb, &mut words, &mut extras, world);
    extras.rest(&mut words);
    let route = format!("{verb} {}", line.split(' ').nth(1).unwrap_or_default());
    let principal = extras.principal.unwrap_or_else(|| "operator".into());
    let proposal = Proposal { command, key: None, not_after: extras.not_after.unwrap_or(LogTime::NEVER) };
    let scope = extras.key.map(|key| Scope { principal, route, key });
    Sent { proposal, scope, rules: extras.rules.unwrap_or(RULES) }
}

/// What can stand behind any command.
#[derive(Default)]
struct Extras {
    principal: Option<String>,
    key: Option<String>,
    not_after: Option<LogTime>,
    rules: Option<u16>,
}

impl Extras {
    fn take(&mut self, word: &str, words: &mut Words<'_>) {
        match word {
            "key" => self.key = Some(words.parse("a key")),
            "until" => self.not_after = Some(words.time()),
            "rules" => self.rules = Some(words.parse("a version")),
            _ => words.fail(&format!("another word than '{word}'")),
        }
    }

    fn rest(&mut self, words: &mut Words<'_>) {
        while let Some(word) = words.next() {
            self.take(word, words);
        }
    }
}

fn command(verb: &str, words: &mut Words<'_>, extras: &mut Extras, world: &mut World) -> Command {
    match verb {
        "found" => Command::Found(Found { secret: [words.parse("a number"); 16] }),
        "activate" => Command::ActivateRules(ActivateRules { version: words.parse("a version") }),
        "put" => put(words, extras, world),
        "subscribe" => Command::Subscribe(words.parse("a consumer")),
        "unsubscribe" => Command::Unsubscribe(words.parse("a consumer")),
        "acknowledge" => Command::Acknowledge(Acknowledge {
            consumer: words.parse("a consumer"),
            sequence: words.parse("a number"),
        }),
        "send" | "receive" | "settle" => lanes::transfer(verb, words, |word, words| extras.take(word, words)),
        "pause" => Command::PauseProduct(words.parse("a product")),
        "resume" => Command::ResumeProduct(words.parse("a product")),
        "archive" => Command::ArchiveProduct(words.parse("a product")),
        "adjust" => Command::AdjustStock(adjust(words, extras)),
        "reserve" => {
            let mut means = None;
            let reserve = reserve(words, extras, &mut means);
            match means {
                None => Command::Reserve(reserve),
                Some(means) => Command::Purchase(Box::new(Purchase { reserve, means })),
            }
        }
        "pay" => Command::Pay(Box::new(pay(words, extras))),
        "report" => Command::Report(finding::report(words, |word, words| extras.take(word, words))),
        "notice" => Command::Notice(finding::notice(words, |word, words| extras.take(word, words))),
        "cancel" => {
            let (reservation, buyer) = on_reservation(words, extras);
            Command::Cancel(Cancel { reservation, buyer })
        }
        "checkout" => {
            let (reservation, buyer) = on_reservation(words, extras);
            Command::Checkout(Checkout { reservation, buyer })
        }
        "release" => {
            let (reservation, buyer) = on_reservation(words, extras);
            Command::Release(Release { reservation, buyer })
        }
        "confirm" => Command::Confirm(confirm(words, extras)),
        "refund" => Command::Refund(refund(words, extras)),
        _ => words.fail("a step that is known"),
    }
}

fn put(words: &mut Words<'_>, extras: &mut Extras, world: &mut World) -> Command {
    let product = words.parse::<ProductId>("a product");
    let mut description = world.description(&product);
    let (mut if_revision, mut lane) = (None, None);
    while let Some(word) = words.next() {
        match word {
            "name" => description.name = words.parse("a name"),
            "stock" => description.stock = words.parse("units"),
            "price" => description.price = words.money(),
            "limit" => description.max_per_buyer = words.parse("units"),
            "group-limit" => description.max_per_buyer_in_group = Some(words.parse("units")),
            "hold" => description.hold = words.span(),
            "opens" => description.opens_at = words.time(),
            "closes" => description.closes_at = Some(words.time()),
            "free" => description.payment = PaymentMode::None,
            "card" => description.payment = PaymentMode::Provider,
            "outside" => description.payment = PaymentMode::External,
            "lanes" => description.lanes = words.parse("a number"),
            "lane" => lane = Some(words.parse("a number")),
            "if-revision" => if_revision = Some(words.parse("a number")),
            _ => extras.take(word, words),
        }
    }
    let put = PutProduct { product, description, if_revision };
    match lane {
        None => Command::PutProduct(Box::new(put)),
        Some(lane) => Command::PutLane(Box::new(PutLane { put, lane })),
    }
}

fn adjust(words: &mut Words<'_>, extras: &mut Extras) -> AdjustStock {
    let product = words.parse("a product");
    let mut adjust = AdjustStock {
        id: names::adjustment("a1").expect("a name"),
        product,
        delta: 0,
        reason: "counted again".parse().expect("a reason"),
    };
    while let Some(word) = words.next() {
        match word {
            "by" => adjust.delta = words.parse("units"),
            "because" => adjust.reason = words.parse("a reason"),
            "as" => adjust.id = words.read("a name like a1", names::adjustment),
            _ => extras.take(word, words),
        }
    }
    adjust
}

/// Without a name of its own, the order of `r7` is `o7`.
fn reserve(words: &mut Words<'_>, extras: &mut Extras, means: &mut Option<Means>) -> Reserve {
    let product = words.parse("a product");
    let mut reserve = Reserve {
        reservation: names::reservation("r0").expect("a name"),
        order: names::order("o0").expect("a name"),
        product,
        buyer: "nobody".parse().expect("a buyer"),
        quantity: 1,
        reference: None,
        purchase: false,
    };
    while let Some(word) = words.next() {
        match word {
            "for" => reserve.buyer = words.parse("a buyer"),
            "quantity" => reserve.quantity = words.parse("units"),
            "reference" => reserve.reference = Some(words.parse("a reference")),
            "order" => reserve.order = words.read("a name like o1", names::order),
            "purchase" => reserve.purchase = true,
            "with" => *means = Some(self::means(words)),
            "as" => {
                reserve.reservation = words.read("a name like r1", names::reservation);
                let name = names::of_reservation(reserve.reservation).replace('r', "o");
                reserve.order = names::order(&name).expect("a name");
            }
            _ => extras.take(word, words),
        }
    }
    extras.principal = Some(reserve.buyer.to_string());
    reserve
}

fn on_reservation(
    words: &mut Words<'_>,
    extras: &mut Extras,
) -> (engine::ReservationId, Option<engine::BuyerId>) {
    let reservation = words.read("a name like r1", names::reservation);
    let mut buyer = None;
    while let Some(word) = words.next() {
        match word {
            "by" => buyer = Some(words.parse("a buyer")),
            _ => extras.take(word, words),
        }
    }
    extras.principal = buyer.as_ref().map(ToString::to_string);
    (reservation, buyer)
}

/// Without a name of its own, the order of `r7` is `o7`.
fn confirm(words: &mut Words<'_>, extras: &mut Extras) -> Confirm {
    let reservation = words.read("a name like r1", names::reservation);
    let name = names::of_reservation(reservation).replace('r', "o");
    let mut confirm = Confirm {
        reservation,
        buyer: None,
        order: names::order(&name).expect("a name"),
        payment: "pay-1".parse().expect("a payment"),
        paid: Words::new("0 usd").money(),
    };
    while let Some(word) = words.next() {
        match word {
            "by" => confirm.buyer = Some(words.parse("a buyer")),
            "order" => confirm.order = words.read("a name like o1", names::order),
            "payment" => confirm.payment = words.parse("a payment"),
            "paid" => confirm.paid = words.money(),
            _ => extras.take(word, words),
        }
    }
    confirm
}

/// Without a name of its own, the order of `r7` is `o7`.
fn pay(words: &mut Words<'_>, extras: &mut Extras) -> Pay {
    let reservation = words.read("a name like r1", names::reservation);
    let name = names::of_reservation(reservation).replace('r', "o");
    let mut order = names::order(&name).expect("a name");
    let (mut buyer, mut means) = (None::<engine::BuyerId>, self::means(&mut Words::new("visa")));
    while let Some(word) = words.next() {
        match word {
            "by" => buyer = Some(words.parse("a buyer")),
            "order" => order = words.read("a name like o1", names::order),
            "with" => means = self::means(words),
            "at" => means.account = words.parse("an account"),
            "back-to" => means.return_url = Some(words.parse("a URL")),
            _ => extras.take(word, words),
        }
    }
    extras.principal = buyer.as_ref().map(ToString::to_string);
    Pay { reservation, buyer, order, means }
}

fn means(words: &mut Words<'_>) -> Means {
    Means { account: "main".parse().expect("an account"), method: words.parse("a card"), return_url: None }
}

fn refund(words: &mut Words<'_>, extras: &mut Extras) -> Refund {
    let order = words.read("a name like o1", names::order);
    let mut refund = Refund { id: names::refund("f1").expect("a name"), order, amount: None, restock: false };
    while let Some(word) = words.next() {
        match word {
            "amount" => refund.amount = Some(words.amount()),
            "restock" => refund.restock = true,
            "as" => refund.id = words.read("a name like f1", names::refund),
            _ => extras.take(word, words),
        }
    }
    refund
}

fn query(words: &mut Words<'_>) -> Query {
    let name = words.next().unwrap_or_else(|| words.fail("what to show"));
    let mut buyer = || (words.next() == Some("for")).then(|| words.parse("a buyer"));
    if let Some(id) = names::reservation(name) {
        Query::Reservation(id, buyer())
    } else if let Some(id) = names::order(name) {
        Query::Order(id, buyer())
    } else if let Some(id) = names::refund(name) {
        Query::Refund(id)
    } else {
        Query::Product(name.parse().unwrap_or_else(|_| words.fail("the name of something")))
    }
}
