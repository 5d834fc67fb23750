//! Applying a batch: first time moves on, then the proposals in order.

use super::Shard;
use super::commands;
use super::step::Step;
use super::warm::AHEAD;
use crate::vocabulary::batch::{Batch, Proposal};
use crate::vocabulary::command::Command;
use crate::vocabulary::event::Event;
use crate::vocabulary::outcome::Outcome;
use crate::vocabulary::refusal::Refusal;

impl Shard {
    /// Applies a batch. Ends all that is due at its time, then does the proposals in order.
    ///
    /// Pure and total: any batch can be applied, and gives one outcome per proposal and the facts that it brought
    /// about, appended to `outcomes` and `events`. Cost: O(proposals + what is due), about a microsecond each.
    pub fn apply(&mut self, batch: &Batch, outcomes: &mut Vec<Outcome>, events: &mut Vec<Event>) {
        self.advance(batch.now, events);
        for proposals in batch.proposals.chunks(AHEAD) {
            self.read_ahead(proposals.iter().map(|proposal| (&proposal.command, proposal.key.as_ref())));
            let outcome = |proposal| self.outcome(proposal, batch.rules, events);
            outcomes.extend(proposals.iter().map(outcome));
        }
        self.products.settle(&mut self.digest);
    }

    fn outcome(&mut self, proposal: &Proposal, rules: u16, events: &mut Vec<Event>) -> Outcome {
        if !self.is_ready(&proposal.command, rules) {
            return Outcome::Refused(Refusal::NotReady);
        }
        let remembered = proposal.key.as_ref().and_then(|key| self.recall(key));
        if let Some(Ok(done)) = remembered {
            return Outcome::Replayed(done);
        }
        if proposal.not_after < self.now {
            return Outcome::Refused(Refusal::TooLate);
        }
        let key_is_taken = remembered.is_some();
        let mut step = Step { shard: self, events, key: proposal.key, key_is_taken };
        match commands::run(&mut step, &proposal.command) {
            Ok((done, about)) => {
                step.remember(&done, about);
                Outcome::Done(done)
            }
            Err(refusal) => Outcome::Refused(refusal),
        }
    }

    fn is_ready(&self, command: &Command, rules: u16) -> bool {
        let founded = self.secret.is_some() || matches!(command, Command::Found(_));
        founded && (1..=self.rules).contains(&rules)
    }
}
