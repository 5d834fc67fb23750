//! A visit: a buyer attempts to get a unit, and does with the hold what their fate has for them.

use super::api::{self, Api, Placing};
use super::chance::Chance;
use super::crowd::Manners;
use super::deal::{Deal, Fate, Outcome};
use super::door::{Answer, Sent};
use super::local::NODES;

/// Makes a visit to its end.
pub(crate) async fn make(api: &Api, placing: Placing, manners: Manners, chance: &mut Chance) -> Deal {
    let sent = api.settle(chance.pick(&NODES), &placing.errand()).await;
    let outcome = outcome(&sent);
    let mut deal = Deal {
        product: placing.product,
        buyer: placing.buyer,
        key: placing.key,
        began: sent.began,
        ended: sent.ended,
        sends: sent.sends,
        unsure: sent.unsure,
        outcome,
        fate: Fate::Kept,
    };
    let kind = chance.below(100);
    if let Some(reservation) = deal.reservation().map(str::to_owned) {
        deal.fate = if kind < manners.cancel_percent {
            cancel(api, &reservation, &deal.buyer, chance).await
        } else if kind < manners.cancel_percent + manners.pay_percent {
            pay(api, &reservation, &deal.buyer, chance).await
        } else {
            Fate::Kept
        };
    }
    deal
}

/// What an attempt came to, by what came of sending it.
pub(crate) fn outcome(sent: &Sent) -> Outcome {
    match &sent.answer {
        Some(answer) if answer.is_done() => {
            Outcome::Granted { reservation: answer.text("id").to_owned(), replayed: answer.replayed }
        }
        Some(answer) => Outcome::Refused(code(answer)),
        None => Outcome::Unknown,
    }
}

fn code(answer: &Answer) -> String {
    match answer.text("code") {
        "" => format!("status {}", answer.status),
        code => code.to_owned(),
    }
}

async fn cancel(api: &Api, reservation: &str, buyer: &str, chance: &mut Chance) -> Fate {
    let sent = api.settle(chance.pick(&NODES), &api::cancel(reservation, buyer)).await;
    let Some(answer) = sent.answer else { return Fate::Unknown };
    assert_eq!(
        (answer.status, answer.text("status")),
        (200, "cancelled"),
        "a hold cannot be given back: {answer:?} after {:?}",
        sent.heard
    );
    Fate::Cancelled
}

async fn pay(api: &Api, reservation: &str, buyer: &str, chance: &mut Chance) -> Fate {
    let sent = api.settle(chance.pick(&NODES), &api::confirm(reservation, buyer)).await;
    let Some(answer) = sent.answer else { return Fate::Unknown };
    assert_eq!(
        (answer.status, answer.text("status")),
        (200, "paid"),
        "a hold cannot be paid: {answer:?} after {:?}",
        sent.heard
    );
    Fate::Paid { order: answer.text("order_id").to_owned() }
}
