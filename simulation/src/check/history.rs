//! What buyers asked, and what they were told.

use std::cell::RefCell;
use std::rc::Rc;

use engine::{Answer, Refusal, ReservationId, Scope, Settled, ShardId, Unsettled};
use raft::shard::request::Ask;

use super::attempt;
use super::keys;
use super::linear;
use super::mark::Mark;
use super::watch::Watch;
use crate::clock::Clock;
use crate::machine::Said;
use crate::story::Story;

/// One send of an ask.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) shard: ShardId,
    pub(crate) ask: Ask,
    /// When its caller asked, when a node took it in, and when the caller heard.
    pub(crate) asked: u64,
    reached: Option<u64>,
    pub(crate) heard: Option<u64>,
    pub(crate) said: Option<Said>,
}

impl Sent {
    /// A send that was answered so.
    #[cfg(test)]
    pub(super) fn told(ask: Ask, said: Said) -> Sent {
        Sent { shard: ShardId(0), ask, asked: 0, reached: Some(0), heard: Some(0), said: Some(said) }
    }

    pub(crate) fn scope(&self) -> Option<&Scope> {
        match &self.ask {
            Ask::Command(_, scope) => scope.as_ref(),
            Ask::Query(_) => None,
        }
    }

    /// When a node took it in.
    pub(super) fn reached(&self) -> Option<u64> {
        self.reached
    }

    /// The id that it would give a reservation.
    pub(crate) fn reservation(&self) -> Option<ReservationId> {
        attempt::asked(&self.ask).map(|reserve| reserve.reservation)
    }

    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        match &self.said {
            Some(Said::Settled(Settled::Refused(refusal))) => Some(refusal),
            _ => None,
        }
    }

    /// What its caller was told was done.
    pub(crate) fn mark(&self) -> Option<Mark> {
        match &self.ask {
            Ask::Command(command, _) => Mark::told(command, self.answer()?),
            Ask::Query(_) => None,
        }
    }

    pub(crate) fn answer(&self) -> Option<&Answer> {
        match &self.said {
            Some(Said::Settled(Settled::Done { answer, .. })) => Some(answer),
            _ => None,
        }
    }
}

/// The history of all buyers.
pub(crate) struct History {
    clock: Clock,
    story: Rc<Story>,
    watch: Rc<RefCell<Watch>>,
    sends: RefCell<Vec<Sent>>,
}

impl History {
    pub(crate) fn new(clock: Clock, story: Rc<Story>, watch: Rc<RefCell<Watch>>) -> Rc<History> {
        Rc::new(History { clock, story, watch, sends: RefCell::default() })
    }

    /// Somebody asks; the number of the send.
    pub(crate) fn asked(&self, shard: ShardId, ask: &Ask) -> usize {
        let now = self.clock.now();
        if let Some(reserve) = attempt::asked(ask) {
            self.watch.borrow_mut().punctual.asked(reserve.reservation, now);
        }
        let mut sends = self.sends.borrow_mut();
        sends.push(Sent { shard, ask: ask.clone(), asked: now, reached: None, heard: None, said: None });
        sends.len() - 1
    }

    /// A node took in what somebody asks.
    pub(crate) fn reached(&self, number: usize) {
        self.sends.borrow_mut()[number].reached = Some(self.clock.now());
    }

    /// Somebody heard. What is said of a reservation must be in the log by now.
    pub(crate) fn heard(&self, number: usize, node: u64, said: &Said) {
        let now = self.clock.now();
        self.story.trace_numbers(&[2, number as u64, node]);
        self.story.trace(format!("{said:?}").as_bytes());
        self.story.count(kind(said));
        let mut sends = self.sends.borrow_mut();
        let send = &mut sends[number];
        (send.heard, send.said) = (Some(now), Some(said.clone()));
        let violation = unfounded(send, &self.watch.borrow());
        if let Some(violation) = violation {
            self.watch.borrow_mut().violated(violation);
        }
    }

    /// Checks the whole of it: I7 and I9.
    pub(crate) fn check(&self) {
        let sends = self.sends.borrow();
        let mut violations = keys::violations(&sends, &self.watch.borrow());
        violations.extend(linear::violations(&sends, &self.watch.borrow()));
        violations.into_iter().for_each(|violation| self.watch.borrow_mut().violated(violation));
    }
}

fn kind(said: &Said) -> &'static str {
    match said {
        Said::Settled(Settled::Done { replayed: false, .. }) => "answers: done",
        Said::Settled(Settled::Done { replayed: true, .. }) => "answers: done before",
        Said::Settled(Settled::Refused(Refusal::SoldOut { .. })) => "answers: sold out",
        Said::Settled(Settled::Refused(Refusal::LimitReached { .. })) => "answers: limit reached",
        Said::Settled(Settled::Refused(Refusal::NotFound)) => "answers: not found",
        Said::Settled(Settled::Refused(_)) => "answers: refused otherwise",
        Said::Unsettled(Unsettled::OutcomeUnknown) | Said::Lost => "answers: unknown",
        Said::Unsettled(_) | Said::Refused => "answers: nothing happened",
    }
}

/// I3: what is acknowledged was applied somewhere, and so is on a majority's disks.
fn unfounded(send: &Sent, watch: &Watch) -> Option<String> {
    let mark = send.mark()?;
    let is_known = watch.course(send.shard).marks.contains_key(&mark);
    (!is_known).then(|| format!("I3: {mark:?} was acknowledged, and nobody has applied it"))
}
