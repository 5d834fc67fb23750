//! Two replicas of one shard: one applies command by command and is replaced by its own snapshot now and then, the other
//! applies the same commands in batches of its own, and never starts again.

use engine::{Batch, Event, Fingerprint, Loader, Outcome, Proposal, Shard};

use super::names::SHARD;
use super::reference::Sent;
use super::resolve::SECRET;

/// What came of some commands.
#[derive(Default)]
pub(crate) struct Came {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) events: Vec<Event>,
}

/// Why a test fails: a sentence.
pub(crate) type Verdict = Result<(), String>;

pub(crate) struct Replicas {
    pub(crate) first: Shard,
    second: Shard,
    /// What the first replica applied and the second did not yet: all at one time, by one version of the rules.
    behind: Option<Batch>,
    /// What came of that at the first.
    came: Came,
}

impl Replicas {
    pub(crate) fn new() -> Replicas {
        let shard = || Shard::new(SHARD);
        Replicas { first: shard(), second: shard(), behind: None, came: Came::default() }
    }

    /// The first replica applies some commands as one batch, and the second will. Those of another time than the ones
    /// before make it catch up first.
    pub(crate) fn apply(&mut self, sent: &[Sent]) -> Result<Came, String> {
        let (now, rules) = (sent[0].now, sent[0].rules);
        let time = now.max(self.first.now());
        let joins = |batch: &Batch| (batch.now, batch.rules) == (time, rules);
        if !self.behind.as_ref().is_some_and(joins) {
            self.catch_up()?;
        }
        let proposals = sent.iter().map(proposal).collect::<Vec<_>>();
        let came = apply(&mut self.first, Batch { now, rules, proposals: proposals.clone() });
        let behind = self.behind.get_or_insert(Batch { now: time, rules, proposals: Vec::new() });
        behind.proposals.extend(proposals);
        self.came.outcomes.extend(came.outcomes.iter().cloned());
        self.came.events.extend(came.events.iter().cloned());
        Ok(came)
    }

    /// The second replica applies what it is behind by. Nothing tells it from the first then.
    pub(crate) fn catch_up(&mut self) -> Verdict {
        let Some(batch) = self.behind.take() else { return Ok(()) };
        let (came, expected) = (apply(&mut self.second, batch), std::mem::take(&mut self.came));
        equal("the outcomes of one batch and of many", &expected.outcomes, &came.outcomes)?;
        equal("the events of one batch and of many", &expected.events, &came.events)?;
        equal("the hashes after one batch and after many", &self.first.hash(), &self.second.hash())
    }

    /// Writes the first replica and reads what was written, which must be the same; goes on with it if `goes_on`.
    pub(crate) fn reload(&mut self, goes_on: bool) -> Verdict {
        let loaded = loaded(&self.first)?;
        equal("the hash before and after a load", &self.first.hash(), &loaded.hash())?;
        if goes_on {
            equal("the hash that is kept up and a new one", &loaded.recomputed_hash(), &loaded.hash())?;
            let (before, after) = (self.first.tasks(None), loaded.tasks(None));
            let (before, after) = (before.collect::<Vec<_>>(), after.collect::<Vec<_>>());
            equal("what is to be done before and after a load", &before, &after)?;
            equal("the alarms before and after a load", &self.first.alarms(), &loaded.alarms())?;
            self.first = loaded;
        }
        Ok(())
    }
}

pub(crate) fn equal<T: PartialEq + std::fmt::Debug>(what: &str, expected: &T, is: &T) -> Verdict {
    if expected == is {
        Ok(())
    } else {
        Err(format!("{what}: not the same\n  expected {expected:?}\n  but is   {is:?}"))
    }
}

fn loaded(shard: &Shard) -> Result<Shard, String> {
    let mut loader = Loader::new(SHARD);
    for chunk in shard.capture().chunks() {
        loader.feed(&chunk).map_err(|error| format!("a snapshot is not readable: {error}"))?;
    }
    loader.finish().map_err(|error| format!("a snapshot is not whole: {error}"))
}

fn apply(shard: &mut Shard, batch: Batch) -> Came {
    let mut came = Came::default();
    shard.apply(&batch, &mut came.outcomes, &mut came.events);
    // Nobody here asks what changed; the lists of it are not part of the state.
    let _ = (shard.touched(), shard.take_changed_tasks());
    came
}

fn proposal(sent: &Sent) -> Proposal {
    let key = sent.key.as_ref().map(|scope| Fingerprint::of(&SECRET, scope, &sent.command));
    Proposal { command: sent.command.clone(), key, not_after: sent.not_after }
}
