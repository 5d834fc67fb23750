//! What buyers asked, and what they were told.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use engine::{Answer, Command, Query, Refusal, ReservationId, Scope, Settled, ShardId, Unsettled};
use raft::shard::request::Ask;

use super::linear;
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
    pub(crate) fn scope(&self) -> Option<&Scope> {
        match &self.ask {
            Ask::Command(_, scope) => scope.as_ref(),
            Ask::Query(_) => None,
        }
    }

    /// The id that it would give a reservation.
    pub(crate) fn reservation(&self) -> Option<ReservationId> {
        match &self.ask {
            Ask::Command(Command::Reserve(reserve), _) => Some(reserve.reservation),
            _ => None,
        }
    }

    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        match &self.said {
            Some(Said::Settled(Settled::Refused(refusal))) => Some(refusal),
            _ => None,
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
        if let Ask::Command(Command::Reserve(reserve), _) = ask {
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
        let mut violations = keys(&sends, &self.watch.borrow());
        violations.extend(linear::violations(&sends, &self.watch.borrow()));
        violations.into_iter().for_each(|violation| self.watch.borrow_mut().violated(violation));
    }
}

fn kind(said: &Said) -> &'static str {
    match said {
        Said::Settled(Settled::Done { replayed: false, .. }) => "answers: done",
        Said::Settled(Settled::Done { replayed: true, .. }) => "answers: done before",
        Said::Settled(Settled::Refused(Refusal::SoldOut { .. })) => "answers: sold out",
        Said::Settled(Settled::Refused(_)) => "answers: refused otherwise",
        Said::Unsettled(Unsettled::OutcomeUnknown) | Said::Lost => "answers: unknown",
        Said::Unsettled(_) | Said::Refused => "answers: nothing happened",
    }
}

/// I3: what is acknowledged was applied somewhere, and so is on a majority's disks.
fn unfounded(send: &Sent, watch: &Watch) -> Option<String> {
    let Ask::Command(Command::Reserve(_), _) = &send.ask else { return None };
    let Some(Answer::Reservation(view)) = send.answer() else { return None };
    let attempted = watch.course(send.shard).attempted.get(&view.id);
    let granted = attempted.is_some_and(|attempted| matches!(attempted.outcome, engine::Outcome::Done(_)));
    (!granted).then(|| format!("I3: {} was acknowledged, and nobody has applied it", view.id))
}

/// I7: one key, one answer; and a definite answer settles every earlier send of its key.
fn keys(sends: &[Sent], watch: &Watch) -> Vec<String> {
    let mut by_scope: BTreeMap<(ShardId, String), Vec<&Sent>> = BTreeMap::new();
    for send in sends {
        if let (Some(scope), true) = (send.scope(), send.reservation().is_some()) {
            let name = format!("{} {} {}", scope.principal, scope.route, scope.key);
            by_scope.entry((send.shard, name)).or_default().push(send);
        }
    }
    by_scope.iter().flat_map(|((shard, name), sends)| of_key(*shard, name, sends, watch)).collect()
}

fn of_key(shard: ShardId, name: &str, sends: &[&Sent], watch: &Watch) -> Vec<String> {
    let mut violations = Vec::new();
    let attempted = &watch.course(shard).attempted;
    let granted: Vec<&&Sent> = sends
        .iter()
        .filter(|send| {
            let attempted = send.reservation().and_then(|id| attempted.get(&id));
            attempted.is_some_and(|attempted| matches!(attempted.outcome, engine::Outcome::Done(_)))
        })
        .collect();
    if granted.len() > 1 {
        let ids: Vec<String> =
            granted.iter().filter_map(|send| send.reservation()).map(|id| id.to_string()).collect();
        violations.push(format!("I7: key {name} was granted {} times: {ids:?}", granted.len()));
    }
    let mut told: Vec<ReservationId> = sends.iter().filter_map(|send| told(send)).collect();
    told.sort_unstable();
    told.dedup();
    if told.len() > 1 {
        violations.push(format!("I7: key {name} was answered by {told:?}"));
    }
    for granted in granted {
        let late = |send: &&&Sent| {
            send.reached > granted.reached
                && send.refusal().is_some_and(|refusal| *refusal != Refusal::KeyReused)
                && same_request(send, granted)
        };
        if let Some(refused) = sends.iter().find(late) {
            violations.push(format!(
                "I7: key {name}: what was taken in at {:?} was granted, although what was taken in at {:?} was refused: {:?}",
                granted.reached, refused.reached, refused.refusal()
            ));
        }
    }
    violations
}

fn told(send: &Sent) -> Option<ReservationId> {
    match send.answer() {
        Some(Answer::Reservation(view)) => Some(view.id),
        _ => None,
    }
}

fn same_request(one: &Sent, other: &Sent) -> bool {
    let quantity = |send: &Sent| match &send.ask {
        Ask::Command(Command::Reserve(reserve), _) => Some((reserve.quantity, reserve.product.clone())),
        _ => None,
    };
    quantity(one) == quantity(other)
}

/// The product that a send is about.
pub(crate) fn asked_product(send: &Sent) -> Option<(&engine::ProductId, u32)> {
    match &send.ask {
        Ask::Command(Command::Reserve(reserve), _) => Some((&reserve.product, reserve.quantity)),
        Ask::Query(Query::Product(product)) => Some((product, 0)),
        _ => None,
    }
}
