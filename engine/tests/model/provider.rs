//! What the provider is said to have done: reports and notices, mostly such as fit.

use engine::command::Notice;
use engine::saga::{Finding, Report};
use engine::{Command, RefundId, ReservationId};

use super::moves::{Find, Pick};
use super::names::{self, number, text};
use super::pick::{picked, picked_reservation};
use super::reference::{Leads, Paid, Reservation, Shop, Stage, Try};

pub(crate) fn report(pick: Pick, attempt: Option<u8>, noticed: u64, find: Find, shop: &Shop) -> Command {
    let is_open = |tried: &Try| !matches!(tried.stage, Stage::Dead | Stage::Captured);
    let has_open = |one: &Reservation| one.tries.iter().any(is_open);
    let reservation = picked_reservation(pick, shop, has_open, |one| !one.tries.is_empty());
    let last = shop.reservations.get(&reservation).map_or(1, |one| one.tries.len());
    let last = u8::try_from(last).expect("there are three at most");
    let attempt = match attempt {
        None => last,
        Some(7) => last + 1,
        Some(nth) => 1 + nth % last,
    };
    let all = findings(reservation, attempt);
    let tried = shop.try_of(reservation, attempt).map(|(_, tried)| tried);
    let finding = match find {
        Find::Any(nth) => all[usize::from(nth) % all.len()].clone(),
        Find::Apt(nth) => {
            let apt = all.iter().filter(|finding| tried.is_some_and(|tried| leads_on(tried, finding)));
            let apt = apt.collect::<Vec<_>>();
            apt.get(usize::from(nth) % apt.len().max(1))
                .map_or(Finding::Unchanged, |&finding| finding.clone())
        }
    };
    Command::Report(Report { reservation, attempt, noticed, finding })
}

fn leads_on(tried: &Try, finding: &Finding) -> bool {
    match Leads::of(tried, finding) {
        Leads::Refused | Leads::Nowhere => false,
        Leads::To(stage) => stage != tried.stage,
        _ => true,
    }
}

/// The first of those that lead on is how it goes when all is well.
fn findings(reservation: ReservationId, attempt: u8) -> Vec<Finding> {
    let intent = format!("pi-{}-{attempt}", number(reservation.random()));
    vec![
        Finding::Begun,
        Finding::Created(text(&intent)),
        Finding::Authorized { capture_before: None },
        Finding::ActionRequired(text("{}")),
        Finding::Processing,
        Finding::Captured,
        Finding::CompensationMade(text("re-1")),
        Finding::Compensated,
        Finding::Declined(text("no_money")),
        Finding::Cancelled,
        Finding::CaptureFailed(text("expired")),
        Finding::CompensationFailed(text("returned")),
        Finding::CompensationMade(text("re-2")),
        Finding::Rejected(text("bad_card")),
        Finding::Created(text("pi-other")),
        Finding::Unchanged,
    ]
}

/// A report about a refund; if it is not in the name of its own payment, in that of the next try.
pub(crate) fn report_refund(pick: Pick, find: u8, is_its: bool, shop: &Shop) -> Command {
    let (refund, reservation, attempt) = refund(pick, shop);
    let findings = [
        Finding::RefundSucceeded(refund),
        Finding::RefundMade(refund, text("re-1")),
        Finding::RefundMade(refund, text("re-2")),
        Finding::RefundFailed(refund, text("returned")),
        Finding::RefundUnchanged(refund),
        Finding::RefundSucceeded(refund),
    ];
    let finding = findings[usize::from(find) % findings.len()].clone();
    let attempt = if is_its { attempt } else { attempt + 1 };
    Command::Report(Report { reservation, attempt, noticed: u64::from(find % 2), finding })
}

pub(crate) fn notice(pick: Pick, event: u8, intent: Option<bool>, shop: &Shop) -> Command {
    let has_tries = |one: &Reservation| !one.tries.is_empty();
    let reservation = picked_reservation(pick, shop, has_tries, has_tries);
    let first = shop.try_of(reservation, 1).and_then(|(_, tried)| tried.intent.clone());
    let intent = intent.map(|is_its| if is_its { first } else { None }.unwrap_or(text("pi-other")));
    let event = text(&format!("evt-{event}"));
    Command::Notice(Notice { event, reservation, intent, refund: None })
}

pub(crate) fn notice_refund(pick: Pick, event: u8, is_its: bool, shop: &Shop) -> Command {
    let (refund, reservation, _) = refund(pick, shop);
    let reservation = if is_its { reservation } else { names::reservation(0) };
    let event = text(&format!("evt-{event}"));
    Command::Notice(Notice { event, reservation, intent: None, refund: Some(refund) })
}

/// A refund, preferably by the provider, with its reservation and its try.
fn refund(pick: Pick, shop: &Shop) -> (RefundId, ReservationId, u8) {
    let paid = |id: &RefundId| &shop.orders[&shop.refunds[id].order].paid;
    let is_ours = |id: &RefundId| matches!(paid(id), Paid::Provider { .. });
    let wants_any = matches!(pick, Pick::Any(nth) if nth % 8 == 0);
    let refunds = shop.refunds.keys().copied().filter(|id| wants_any || is_ours(id)).collect::<Vec<_>>();
    let Some(id) = picked(&refunds, pick) else { return (names::refund(0), names::reservation(0), 1) };
    let attempt = match paid(&id) {
        Paid::Provider { attempt, .. } => *attempt,
        _ => 1,
    };
    (id, shop.orders[&shop.refunds[&id].order].reservation, attempt)
}
