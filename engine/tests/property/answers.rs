//! The first answer of every key.

use std::collections::BTreeMap;

use engine::{Answer, Outcome, Refusal, Shard, limits};
use proptest::prelude::*;

use super::Sent;

/// For each key: what was sent, when it was done, and what was answered.
#[derive(Default)]
pub(crate) struct Answers {
    first: BTreeMap<u8, (String, u64, Answer)>,
}

impl Answers {
    pub(crate) fn check(
        &mut self,
        shard: &Shard,
        sent: &Sent,
        outcome: &Outcome,
    ) -> Result<(), TestCaseError> {
        let Some(key) = sent.key else {
            prop_assert!(!matches!(outcome, Outcome::Replayed(_) | Outcome::Refused(Refusal::KeyReused)));
            return Ok(());
        };
        let now = shard.now().0;
        self.first.retain(|_, (_, at, _)| *at + limits::RETENTION.0 > now);
        match outcome {
            Outcome::Done(done) => {
                let answer = shard.answer(done);
                prop_assert!(answer != Answer::Nothing || matches!(done, engine::Done::Internal));
                prop_assert!(self.first.insert(key, (meaning(sent), now, answer)).is_none());
            }
            Outcome::Replayed(done) => {
                let first =
                    self.first.get(&key).map(|(meaning, _, answer)| (meaning.clone(), answer.clone()));
                prop_assert_eq!(first, Some((meaning(sent), shard.answer(done))));
            }
            Outcome::Refused(Refusal::KeyReused) => {
                let other = self.first.get(&key).is_some_and(|(first, _, _)| *first != meaning(sent));
                prop_assert!(other);
            }
            Outcome::Refused(_) => {
                let same = self.first.get(&key).is_some_and(|(first, _, _)| *first == meaning(sent));
                prop_assert!(!same, "a known request was refused");
            }
        }
        Ok(())
    }
}

/// What a request means: all of it but the ids that the gateway makes.
fn meaning(sent: &Sent) -> String {
    let mut command = sent.command.clone();
    match &mut command {
        engine::Command::Reserve(reserve) => {
            (reserve.reservation, reserve.order) = Default::default();
        }
        engine::Command::Confirm(confirm) => confirm.order = Default::default(),
        engine::Command::Refund(refund) => refund.id = Default::default(),
        engine::Command::Pay(pay) => pay.order = Default::default(),
        engine::Command::Purchase(purchase) => {
            (purchase.reserve.reservation, purchase.reserve.order) = Default::default();
        }
        _ => {}
    }
    format!("{command:?}")
}
