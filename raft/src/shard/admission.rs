//! Admission: what the leader does with a request, in the order of arrival.

use engine::command::{Cancel, Checkout, Confirm, Release};
use engine::{AHEAD, Command, Fingerprint, LogTime, Proposal, Query, Refusal, Shard};

use super::clock::Moment;
use super::flights::Item;
use super::gate;
use super::lead::Lead;
use super::message::Context;
use super::request::{Ask, Obstacle, Reply, Request};
use super::stats::Stage;
use super::twins::{Joined, Waiter};

/// How many commands may be collected for proposals to come.
const COLLECTED_MAX: usize = 100_000;

/// When a request is considered that can be, and its key.
type Opened = (LogTime, Option<Fingerprint>);

impl<R> Lead<R> {
    /// Admits requests, the first of which came at `arrived`.
    pub(super) fn admit_all(
        &mut self,
        engine: &Shard,
        ctx: &mut Context<'_, R>,
        arrived: u64,
        requests: Vec<(Request, R)>,
    ) {
        let (count, waiting) = (requests.len(), self.backlog());
        self.arriving = arrived;
        let mut rest = requests.into_iter();
        while !rest.as_slice().is_empty() {
            let next = &rest.as_slice()[..rest.len().min(AHEAD)];
            // What is turned away costs no more than this.
            let open = next.iter().map(|(request, _)| {
                let now = self.open_to(ctx.at, request)?;
                Ok((now, key(engine, &request.ask)))
            });
            let open: Vec<Result<Opened, Obstacle>> = open.collect();
            read_ahead(engine, next, &open);
            for (open, (request, reply)) in open.into_iter().zip(rest.by_ref()) {
                match open {
                    Ok((now, key)) => self.admit(engine, ctx, request, (now, key), reply),
                    Err(obstacle) => ctx.reply(reply, Reply::NotDone(obstacle)),
                }
            }
        }
        // The others are decided, or wait for a twin.
        let decided = count - (self.backlog() - waiting);
        ctx.passed(Stage::Queue, arrived, decided);
    }

    /// Log time, if this leadership can say anything about `request`; else why it cannot.
    fn open_to(&self, at: Moment, request: &Request) -> Result<LogTime, Obstacle> {
        let now = self.now(at).filter(|_| request.leadership == self.leadership);
        let now = now.ok_or(Obstacle::NotLeader)?;
        if request.not_after < now { Err(Obstacle::TooLate) } else { Ok(now) }
    }

    /// Admits `request`, which comes `now` and maybe with a key, refuses it or parks it.
    fn admit(
        &mut self,
        engine: &Shard,
        ctx: &mut Context<'_, R>,
        request: Request,
        (now, key): Opened,
        reply: R,
    ) {
        let waiter = Waiter { reply, not_after: request.not_after };
        match request.ask {
            Ask::Query(query) => {
                let reply = match engine.query(&query) {
                    Ok(answer) => Reply::Done { answer, replayed: false },
                    Err(refusal) => Reply::Refused(refusal),
                };
                self.confirm(ctx, waiter, reply);
            }
            Ask::Command(..) if engine.secret().is_none() => {
                ctx.reply(waiter.reply, Reply::NotDone(Obstacle::NotLeader));
            }
            Ask::Command(command, _) => {
                if let Some((waiter, pays)) =
                    self.pass(engine, ctx, &command, key.as_ref(), (now, request.sent_at), waiter)
                {
                    let proposal = Proposal { command, key, not_after: waiter.not_after };
                    self.take_in(engine, ctx, proposal, waiter, pays);
                }
            }
        }
    }

    /// Gives the waiter back if the command, which was sent at the second of the two times, is new and there is room; and
    /// whether a payment was let in for it.
    fn pass(
        &mut self,
        engine: &Shard,
        ctx: &mut Context<'_, R>,
        command: &Command,
        key: Option<&Fingerprint>,
        (now, sent_at): (LogTime, LogTime),
        waiter: Waiter<R>,
    ) -> Option<(Waiter<R>, bool)> {
        let waiter = match key {
            Some(key) => {
                let waiter = self.known(engine, ctx, key, waiter)?;
                if self.settled.covers(&key.scope, sent_at) {
                    self.turn_away(engine, ctx, command, key, waiter);
                    return None;
                }
                waiter
            }
            None => waiter,
        };
        let is_full = self.collecting.len() >= COLLECTED_MAX || self.parked.is_full();
        let pays = gate::wanted(engine, command, key.is_some(), now);
        if is_full || pays.is_some_and(|(account, within)| !self.gate.admits(account, within)) {
            ctx.reply(waiter.reply, Reply::NotDone(Obstacle::Overloaded));
            return None;
        }
        Some((waiter, pays.is_some()))
    }

    /// A command that is new is collected, an attempt among others only if it fits beside what is in flight. None that `pays`
    /// is refused here: the gate lets in what the state allows.
    fn take_in(
        &mut self,
        engine: &Shard,
        ctx: &mut Context<'_, R>,
        proposal: Proposal,
        waiter: Waiter<R>,
        pays: bool,
    ) {
        let Some(attempt) = proposal.command.attempt() else {
            if is_about_nothing(engine, &proposal.command) {
                return self.refuse(ctx, proposal.key.as_ref(), vec![waiter], &Refusal::NotFound);
            }
            let item = self.under_way(proposal, waiter, pays);
            return self.collect(item);
        };
        let product = &attempt.reserve.product;
        match engine.consider(attempt, proposal.key.is_some()) {
            Err(refusal) => self.refuse(ctx, proposal.key.as_ref(), vec![waiter], &refusal),
            Ok(room) if !self.parked.holds(product) && self.credit.allows(attempt.reserve, &room) => {
                let item = self.under_way(proposal, waiter, pays);
                self.collect(item);
            }
            Ok(_) => {
                let product = product.clone();
                let item = self.under_way(proposal, waiter, pays);
                self.parked.park(product, item);
            }
        }
    }

    /// What is known of a key already; gives the waiter back if that is nothing.
    fn known(
        &mut self,
        engine: &Shard,
        ctx: &mut Context<'_, R>,
        key: &Fingerprint,
        waiter: Waiter<R>,
    ) -> Option<Waiter<R>> {
        match engine.recall(key) {
            Some(Ok(done)) => {
                ctx.reply(waiter.reply, Reply::Done { answer: engine.answer(&done), replayed: true });
                return None;
            }
            Some(Err(refusal)) => {
                self.confirm(ctx, waiter, Reply::Refused(refusal));
                return None;
            }
            None => {}
        }
        if !self.twins.knows(key) {
            return Some(waiter);
        }
        match self.twins.join(key, waiter) {
            Joined::First | Joined::Waits => {}
            Joined::Reused(waiter) => {
                self.confirm(ctx, waiter, Reply::Refused(Refusal::KeyReused));
            }
            Joined::Full(waiter) => ctx.reply(waiter.reply, Reply::NotDone(Obstacle::Overloaded)),
        }
        None
    }

    /// A later send of the key was answered, or may have been. What the state refuses anyway can be refused again;
    /// whoever is told that it is too late knows that nothing came of any send of the key until now.
    fn turn_away(
        &mut self,
        engine: &Shard,
        ctx: &mut Context<'_, R>,
        command: &Command,
        key: &Fingerprint,
        waiter: Waiter<R>,
    ) {
        match command.attempt().map(|attempt| engine.consider(attempt, true)) {
            Some(Err(refusal)) => self.refuse(ctx, Some(key), vec![waiter], &refusal),
            _ => ctx.reply(waiter.reply, Reply::NotDone(Obstacle::TooLate)),
        }
    }

    /// The proposal is under way; who waits for it stands with its key, if it has one.
    fn under_way(&mut self, proposal: Proposal, waiter: Waiter<R>, pays: bool) -> Item<R> {
        let arrived = self.arriving;
        let Some(key) = &proposal.key else { return Item { proposal, waiter: Some(waiter), arrived, pays } };
        let joined = self.twins.join(key, waiter);
        debug_assert!(matches!(joined, Joined::First), "a key that was under way was dealt with before");
        Item { proposal, waiter: None, arrived, pays }
    }
}

/// What is asked, in its scope, if it has one.
fn key(engine: &Shard, ask: &Ask) -> Option<Fingerprint> {
    match (ask, engine.secret()) {
        (Ask::Command(command, Some(scope)), Some(secret)) => Some(Fingerprint::of(secret, scope, command)),
        _ => None,
    }
}

/// Reads ahead for what is about to be considered.
fn read_ahead<R>(engine: &Shard, requests: &[(Request, R)], open: &[Result<Opened, Obstacle>]) {
    let commands = requests.iter().zip(open).filter_map(|((request, _), open)| match (&request.ask, open) {
        (Ask::Command(command, _), Ok((_, key))) => Some((command, key.as_ref())),
        _ => None,
    });
    engine.read_ahead(commands);
}

/// Whether a command is about a reservation or an order that is not there: it is refused like a read of it, for anybody
/// can make up ids, and each would cost a place in the log.
fn is_about_nothing(engine: &Shard, command: &Command) -> bool {
    let query = match command {
        Command::Cancel(Cancel { reservation, .. })
        | Command::Checkout(Checkout { reservation, .. })
        | Command::Confirm(Confirm { reservation, .. })
        | Command::Release(Release { reservation, .. }) => Query::Reservation(*reservation, None),
        Command::Pay(pay) => Query::Reservation(pay.reservation, None),
        Command::Refund(refund) => Query::Order(refund.order, None),
        _ => return false,
    };
    matches!(engine.query(&query), Err(Refusal::NotFound))
}
