//! Confirmation: a leader that was deposed without knowing it must not say "sold out".
//!
//! A refusal or a read was decided from the applied state. It is given only after a round, begun after the decision,
//! in which a quorum still took this node for the leader. One round serves all that waited when it began.

use engine::LogTime;

use super::request::Reply;
use super::twins::Waiter;

/// How many decisions may wait for a round.
pub(super) const UNCONFIRMED_MAX: usize = 200_000;

/// A decision that waits for its round.
#[derive(Debug)]
pub(super) struct Decision<R> {
    /// Whom it is for.
    pub(super) waiter: Waiter<R>,
    /// What was decided.
    pub(super) reply: Reply,
}

/// Decisions, and the round under way.
#[derive(Debug)]
pub(super) struct Confirm<R> {
    round: u64,
    running: bool,
    served: Vec<Decision<R>>,
    next: Vec<Decision<R>>,
}

impl<R> Default for Confirm<R> {
    fn default() -> Confirm<R> {
        Confirm { round: 0, running: false, served: Vec::new(), next: Vec::new() }
    }
}

impl<R> Confirm<R> {
    /// Whether there is no room for another decision.
    pub(super) fn is_full(&self) -> bool {
        self.served.len() + self.next.len() >= UNCONFIRMED_MAX
    }

    /// A decision waits for the next round.
    pub(super) fn add(&mut self, decision: Decision<R>) {
        self.next.push(decision);
    }

    /// Begins a round for all that wait, unless one is under way; the round's number.
    pub(super) fn begin(&mut self) -> Option<u64> {
        if self.running || self.next.is_empty() {
            return None;
        }
        self.round += 1;
        self.running = true;
        self.served.append(&mut self.next);
        Some(self.round)
    }

    /// A round ended: what may now be given. After a round that failed, its decisions wait for the next one.
    pub(super) fn end(&mut self, round: u64, led: bool) -> Vec<Decision<R>> {
        if round != self.round {
            return Vec::new();
        }
        self.running = false;
        let served = std::mem::take(&mut self.served);
        if led {
            return served;
        }
        self.next.splice(0..0, served);
        Vec::new()
    }

    /// Takes out every decision whose time is up.
    pub(super) fn overdue(&mut self, now: LogTime) -> Vec<Decision<R>> {
        let late = |decision: &mut Decision<R>| decision.waiter.not_after < now;
        self.served.extract_if(.., late).chain(self.next.extract_if(.., late)).collect()
    }

    /// Takes out every decision.
    pub(super) fn drain(&mut self) -> Vec<Decision<R>> {
        self.served.drain(..).chain(self.next.drain(..)).collect()
    }
}
