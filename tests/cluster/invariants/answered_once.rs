//! I7: one key, one answer. What was granted under a key is granted for good, and after a refusal no earlier send of the
//! key is granted any more.

use std::collections::HashMap;

use crate::cluster::api::{Api, Placing};
use crate::cluster::deal::{Deal, Outcome};
use crate::cluster::door::Answer;

use futures_util::StreamExt;

/// How many are asked again at once.
const SENDS: usize = 8;
/// How many of the grants are asked for again: all would double a long test.
const GRANTS_MAX: usize = 200;

/// An attempt that was sent once more when all was over, and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Again {
    pub(crate) deal: Deal,
    pub(crate) answer: Option<Answer>,
}

/// Sends again, under the same key: every refused attempt of which an earlier send is unknown, and some of the granted.
pub(crate) async fn ask_again(api: &Api, deals: &[Deal]) -> Vec<Again> {
    let suspects = deals.iter().filter(|deal| deal.unsure && matches!(deal.outcome, Outcome::Refused(_)));
    let granted = deals.iter().rev().filter(|deal| deal.reservation().is_some());
    let unsure_first = granted.clone().filter(|deal| deal.unsure).chain(granted.filter(|deal| !deal.unsure));
    let asked = suspects.chain(unsure_first.take(GRANTS_MAX)).cloned();
    let sends = asked.zip(api.door.members().into_iter().cycle()).map(|(deal, node)| async move {
        let placing =
            Placing { product: deal.product.clone(), buyer: deal.buyer.clone(), key: deal.key.clone() };
        let sent = api.settle(node, &placing.errand()).await;
        Again { deal, answer: sent.answer }
    });
    futures_util::stream::iter(sends.collect::<Vec<_>>()).buffer_unordered(SENDS).collect().await
}

/// What is wrong with answers that were given again. `Idempotent-Replayed` tells what had been granted before from what
/// is granted now: a refused attempt that is sent again is a new try.
pub(crate) fn violations(agains: &[Again]) -> Vec<String> {
    let mut wrong = Vec::new();
    for Again { deal, answer } in agains {
        let Some(answer) = answer else {
            wrong.push(format!("I7: no definite answer to {deal:?}"));
            continue;
        };
        let replayed = answer.replayed && answer.is_done();
        match &deal.outcome {
            Outcome::Granted { reservation, .. } if !replayed || answer.text("id") != reservation => {
                wrong.push(format!("I7: granted as {deal:?}, but asked again: {answer:?}"));
            }
            Outcome::Refused(_) if replayed => {
                wrong.push(format!("I7: a late twin: refused as {deal:?}, but asked again: {answer:?}"));
            }
            _ => {}
        }
    }
    wrong
}

/// Reservations that two attempts were granted.
pub(crate) fn shared(deals: &[Deal]) -> Vec<String> {
    let mut owners: HashMap<&str, &Deal> = HashMap::new();
    let mut wrong = Vec::new();
    for deal in deals {
        let Some(reservation) = deal.reservation() else { continue };
        if let Some(other) = owners.insert(reservation, deal) {
            wrong.push(format!("I7: two attempts, one reservation: {other:?} and {deal:?}"));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cluster::deal::{Fate, granted, told};

    fn again(outcome: Outcome, status: u16, id: &str, replayed: bool) -> usize {
        let answer = Answer { node: 1, status, replayed, body: json!({"id": id}) };
        violations(&[Again { deal: told("b", outcome, Fate::Kept), answer: Some(answer) }]).len()
    }

    #[test]
    fn another_answer_and_a_late_twin_are_found() {
        let refused = || Outcome::Refused("sold_out".to_owned());
        assert_eq!(again(granted("r"), 201, "r", true), 0);
        assert_eq!(again(refused(), 409, "", false), 0);
        assert_eq!(again(refused(), 201, "new", false), 0, "a new try");
        assert_eq!(again(granted("r"), 201, "other", true), 1);
        assert_eq!(again(granted("r"), 201, "r", false), 1);
        assert_eq!(again(granted("r"), 409, "", false), 1);
        assert_eq!(again(refused(), 201, "r", true), 1, "a late twin");
        let silent = Again { deal: told("b", refused(), Fate::Kept), answer: None };
        assert_eq!(violations(&[silent]).len(), 1);
    }

    #[test]
    fn a_reservation_of_two_is_found() {
        let deal = |buyer: &str, reservation: &str| told(buyer, granted(reservation), Fate::Kept);
        assert!(shared(&[deal("a", "r1"), deal("b", "r2")]).is_empty());
        assert_eq!(shared(&[deal("a", "r1"), deal("b", "r1")]).len(), 1);
    }
}
