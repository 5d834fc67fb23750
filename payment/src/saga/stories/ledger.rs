//! A provider in memory: intents, refunds, and keys that it remembers. The saga's real counterpart is tested over HTTP.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::author::{PRICE, intent_with, refused};
use crate::client::{Call, Endpoint, Object, Reason, Verdict};

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// It does not get there.
    Lost,
    /// It is done, and the answer does not get back.
    AnswerLost,
    /// The provider fails before it does anything, and remembers that.
    Failed,
    /// The provider does it, fails then, and remembers that.
    FailedAfter,
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// The status of each intent.
    pub(super) intents: Vec<&'static str>,
    /// Of which intent, how it stands.
    pub(super) refunds: Vec<(usize, &'static str)>,
    remembered: BTreeMap<String, (String, Verdict)>,
    /// How many of the refunds that are made fail.
    pub(super) refunds_that_fail: usize,
}

impl Ledger {
    /// Takes a call; nothing if no answer comes back.
    pub(super) fn take(&mut self, call: &Call, fault: Fault) -> Verdict {
        if fault == Fault::Lost {
            return Verdict::retry(Reason::Reset);
        }
        let answer = match call.key() {
            Some(key) => self.keyed(key.to_owned(), call, fault),
            None => self.execute(call),
        };
        if fault == Fault::AnswerLost { Verdict::retry(Reason::Reset) } else { answer }
    }

    fn keyed(&mut self, key: String, call: &Call, fault: Fault) -> Verdict {
        let said = format!("{} {}", call.target(), call.body());
        if let Some((first, answer)) = self.remembered.get(&key) {
            assert_eq!(*first, said, "the key {key} was used for another body");
            return answer.clone();
        }
        let failed = || Verdict::Spent { status: 500 };
        let remembered = match fault {
            Fault::Failed => failed(),
            Fault::FailedAfter => {
                self.execute(call);
                failed()
            }
            _ => self.execute(call),
        };
        self.remembered.insert(key, (said, remembered.clone()));
        match remembered {
            Verdict::Spent { status } => Verdict::retry(Reason::Server(status)),
            answer => answer,
        }
    }

    fn execute(&mut self, call: &Call) -> Verdict {
        let segments: Vec<_> = call.target().split(['/', '?']).map(str::to_owned).collect();
        let at = segments.get(3).and_then(|id| id.strip_prefix("pi_")?.parse::<usize>().ok()).unwrap_or(0);
        match call.endpoint {
            Endpoint::CreateIntent => {
                self.intents.push("requires_confirmation");
                self.intent(self.intents.len() - 1)
            }
            Endpoint::GetIntent => self.intent(at),
            Endpoint::ConfirmIntent => self.turn(at, &["requires_confirmation"], "requires_capture"),
            Endpoint::CaptureIntent => self.turn(at, &["requires_capture"], "succeeded"),
            Endpoint::CancelIntent => {
                self.turn(at, &["requires_confirmation", "requires_capture"], "canceled")
            }
            Endpoint::CreateRefund => self.refund(call),
            Endpoint::GetRefund => {
                self.show(segments[3].strip_prefix("re_").expect("an id").parse().expect("a number"))
            }
            Endpoint::ListRefunds => self.list(),
            Endpoint::ListIntents => unreachable!("no task asks for a list of intents"),
        }
    }

    fn turn(&mut self, at: usize, from: &[&str], to: &'static str) -> Verdict {
        if !from.contains(&self.intents[at]) {
            return refused("payment_intent_unexpected_state");
        }
        self.intents[at] = to;
        self.intent(at)
    }

    fn intent(&self, at: usize) -> Verdict {
        let received = if self.intents[at] == "succeeded" { PRICE } else { 0 };
        intent_with(self.intents[at], json!({"id": format!("pi_{at}"), "amount_received": received}))
    }

    fn refund(&mut self, call: &Call) -> Verdict {
        let body = call.body();
        let at =
            body.strip_prefix("payment_intent=pi_").and_then(|rest| rest.split('&').next()?.parse().ok());
        let at = at.expect("a refund's intent");
        let back = self.refunds.iter().any(|(of, status)| *of == at && *status != "failed");
        if self.intents[at] != "succeeded" || back {
            return refused("charge_already_refunded");
        }
        self.refunds.push((at, "pending"));
        self.show(self.refunds.len() - 1)
    }

    /// Shows a refund, which goes on from one look to the next.
    fn show(&mut self, at: usize) -> Verdict {
        let shown = self.refund_value(at);
        if self.refunds[at].1 == "pending" {
            self.refunds[at].1 = if at < self.refunds_that_fail { "failed" } else { "succeeded" };
        }
        Verdict::Done(Object::Refund(serde_json::from_value(shown).expect("a refund")))
    }

    fn list(&self) -> Verdict {
        let newest_first: Vec<_> = (0..self.refunds.len()).rev().map(|at| self.refund_value(at)).collect();
        super::author::refunds(&newest_first, false)
    }

    fn refund_value(&self, at: usize) -> Value {
        json!({"id": format!("re_{at}"), "status": self.refunds[at].1, "amount": PRICE})
    }

    /// How many charges were taken and did not go back.
    pub(super) fn kept(&self) -> usize {
        let back = |at: usize| self.refunds.iter().any(|(of, status)| *of == at && *status == "succeeded");
        (0..self.intents.len()).filter(|at| self.intents[*at] == "succeeded" && !back(*at)).count()
    }

    /// How many holds are on the card.
    pub(super) fn held(&self) -> usize {
        self.intents.iter().filter(|status| **status == "requires_capture").count()
    }
}
