//! What a run came past: a test of random sequences is worth as much as what they reach.

use std::collections::BTreeMap;

use engine::{Command, Done, Outcome, Refusal, Status};

use super::reference::{Sent, Shop};

/// How often what happened.
#[derive(Default)]
pub(crate) struct Tally {
    /// Random commands, without those that every case begins with.
    pub(crate) commands: u64,
    pub(crate) counts: BTreeMap<String, u64>,
    /// Where the payment is that is reported about, and what is found.
    cell: Option<String>,
}

impl Tally {
    /// Notes where a payment is that a report is about.
    pub(crate) fn note_before(&mut self, shop: &Shop, sent: &Sent) {
        if shop.next_end().is_some_and(|(at, _)| at.0 == shop.now.0 + 1) {
            self.count("a millisecond before an end".into());
        }
        self.cell = match &sent.command {
            Command::Report(report) if !word(&report.finding).starts_with("Refund") => {
                let tried = shop.try_of(report.reservation, report.attempt);
                tried.map(|(_, tried)| format!("{:?} and {}", tried.stage, word(&report.finding)))
            }
            _ => None,
        };
    }

    pub(crate) fn note(&mut self, command: &Command, outcome: &Outcome) {
        let command = word(command);
        if matches!(outcome, Outcome::Done(_) | Outcome::Refused(Refusal::Conflict(_)))
            && let Some(cell) = self.cell.take()
        {
            self.count(cell);
        }
        self.count(match outcome {
            Outcome::Done(done) => format!("{command} done {}", of_done(done)),
            Outcome::Replayed(done) => format!("{command} again {}", of_done(done)),
            Outcome::Refused(refusal) => format!("{command} refused {}", of_refusal(refusal)),
        });
    }

    pub(crate) fn note_rules(&mut self, rules: Vec<String>) {
        rules.into_iter().for_each(|rule| self.count(rule));
    }

    fn count(&mut self, what: String) {
        *self.counts.entry(what).or_default() += 1;
    }
}

fn of_done(done: &Done) -> String {
    match done {
        Done::Product { created: true, .. } => "Created".into(),
        Done::PaymentBegun { attempt, .. } => format!("PaymentBegun {attempt}"),
        _ => word(done),
    }
}

fn of_refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Invalid(field) => format!("Invalid {}", word(field)),
        Refusal::LimitReached { in_group: true, .. } => "LimitReached in group".into(),
        Refusal::SoldOut { may_return: false, .. } => "SoldOut for good".into(),
        Refusal::Conflict(Status::Product(status)) => format!("Conflict {status:?}"),
        Refusal::Conflict(Status::Reservation(status)) => format!("Conflict {status:?}"),
        Refusal::Conflict(Status::Order(status)) => format!("Conflict order {status:?}"),
        Refusal::Conflict(Status::TriesUsedUp) => "Conflict TriesUsedUp".into(),
        Refusal::Conflict(Status::PaidOtherwise(_, mode)) => format!("Conflict PaidOtherwise {mode:?}"),
        _ => word(refusal),
    }
}

/// The name of a variant.
fn word(of: &impl std::fmt::Debug) -> String {
    let whole = format!("{of:?}");
    let end = whole.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(whole.len());
    whole[..end].to_owned()
}
