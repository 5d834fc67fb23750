//! What a node knows only while it leads a shard. It is dropped with the leadership: nothing of it outlives it.

use engine::{Batch, Fingerprint, LogTime, Outcome, Proposal, RULES, Refusal, Shard, Span, limits};

use super::clock::{LogClock, Moment, NodeTime};
use super::confirm::{Confirm, Decision};
use super::credit::Credit;
use super::flights::{Flights, Item};
use super::gate::{self, SharedGate};
use super::message::{Action, Context};
use super::parked::Parked;
use super::request::{Leadership, Obstacle, Reply};
use super::settled::Settled;
use super::twins::{Twins, Waiter};
use crate::entry;

/// How long a pending deadline may go without a batch that moves log time on.
const TICK_EVERY: Span = Span(1_000);

/// The state of one leadership.
pub(super) struct Lead<R> {
    /// Which one.
    pub(super) leadership: Leadership,
    /// Whether this term's first entry is applied: before that nothing is known to be current.
    pub(super) ready: bool,
    /// The clock to propose by, once it is anchored.
    pub(super) clock: Option<LogClock>,
    /// What nodes said of the time, and when: until this term's first entry is applied, nobody knows how far log time is
    /// in the log.
    estimates: Option<(Moment, Vec<NodeTime>)>,
    /// Commands that go with the next proposal.
    pub(super) collecting: Vec<Item<R>>,
    pub(super) flights: Flights<R>,
    pub(super) parked: Parked<R>,
    pub(super) credit: Credit,
    pub(super) twins: Twins<R>,
    pub(super) confirm: Confirm<R>,
    pub(super) settled: Settled,
    pub(super) gate: SharedGate,
    /// When the requests came that are being admitted.
    pub(super) arriving: u64,
    proposed: LogTime,
    /// A proposal was lost, so the leadership probably is: nothing is proposed until the next tick. Whatever was proposed
    /// at once would be lost at once, and so on without end.
    holds_back: bool,
    batch_max: usize,
}

impl<R> Lead<R> {
    /// A leadership begins; proposals are numbered from `nonce` and have at most `batch_max` commands.
    pub(super) fn new(
        leadership: Leadership,
        ready: bool,
        nonce: u64,
        batch_max: usize,
        gate: SharedGate,
    ) -> Lead<R> {
        Lead {
            leadership,
            ready,
            clock: None,
            estimates: None,
            collecting: Vec::new(),
            flights: Flights::new(nonce),
            parked: Parked::default(),
            credit: Credit::default(),
            twins: Twins::default(),
            confirm: Confirm::default(),
            settled: Settled::default(),
            gate,
            arriving: 0,
            proposed: LogTime(0),
            holds_back: false,
            batch_max,
        }
    }

    /// Time went by: what was held back may be proposed.
    pub(super) fn tick(&mut self) {
        self.holds_back = false;
    }

    /// How many attempts are collected or parked.
    pub(super) fn backlog(&self) -> usize {
        self.collecting.len() + self.parked.len()
    }

    /// Log time, if this leadership can answer at all.
    pub(super) fn now(&self, at: Moment) -> Option<LogTime> {
        #[cfg(feature = "planted")]
        if engine::planted::has(engine::planted::Bug::WallClock) {
            return self.ready.then_some(LogTime(at.wall));
        }
        if self.ready { self.clock.as_ref().map(|clock| clock.now(at)) } else { None }
    }

    /// Takes in what nodes say of the time. How far their wall clocks lie apart, if there was a clock to steer by them.
    pub(super) fn estimated(&mut self, at: Moment, newest: LogTime, times: Vec<NodeTime>) -> Option<Span> {
        if let Some(clock) = &mut self.clock {
            return Some(clock.steer(at, &times));
        }
        self.estimates = Some((at, times));
        self.anchor(at, newest);
        None
    }

    /// Anchors the clock where log time is `newest` in the state, if all that was in the log when this leadership began is
    /// applied, and nodes have said what time it is.
    pub(super) fn anchor(&mut self, at: Moment, newest: LogTime) {
        let Some((said, times)) = self.estimates.take_if(|_| self.ready) else { return };
        let since = Span(at.boot.saturating_sub(said.boot));
        let times: Vec<NodeTime> = times.into_iter().map(|time| time.after(since)).collect();
        let clock = LogClock::anchored(at, newest, &times);
        self.settled.begin(clock.now(at));
        self.clock = Some(clock);
    }

    /// Gives `reply` to `waiter` once a round has confirmed that this node led after the decision.
    pub(super) fn confirm(&mut self, ctx: &mut Context<'_, R>, waiter: Waiter<R>, reply: Reply) {
        #[cfg(feature = "planted")]
        if engine::planted::has(engine::planted::Bug::NoConfirmation) {
            return ctx.reply(waiter.reply, reply);
        }
        if self.confirm.is_full() {
            return ctx.reply(waiter.reply, Reply::NotDone(Obstacle::Overloaded));
        }
        self.confirm.add(Decision { waiter, reply });
    }

    /// Refuses `waiter`: whatever was sent earlier with the same key is settled by it.
    pub(super) fn refuse(
        &mut self,
        ctx: &mut Context<'_, R>,
        key: Option<&Fingerprint>,
        waiters: Vec<Waiter<R>>,
        refusal: &Refusal,
    ) {
        if let (Some(key), Some(now)) = (key, self.now(ctx.at)) {
            self.settled.refused(key.scope, now);
        }
        for waiter in waiters {
            self.confirm(ctx, waiter, Reply::Refused(refusal.clone()));
        }
    }

    /// Everyone who waits for `item`.
    pub(super) fn waiters_of(&mut self, item: &mut Item<R>) -> Vec<Waiter<R>> {
        match &item.proposal.key {
            Some(key) => self.twins.settle(key),
            None => item.waiter.take().into_iter().collect(),
        }
    }

    /// `item` goes with the next proposal, and what it will take is not promised to others.
    pub(super) fn collect(&mut self, item: Item<R>) {
        if let Some(attempt) = item.proposal.command.attempt() {
            self.credit.take(attempt.reserve);
        }
        self.collecting.push(item);
    }

    /// What came of `item` is known, or will never be here.
    pub(super) fn give_back(&mut self, item: &Item<R>) {
        if let Some(attempt) = item.proposal.command.attempt() {
            self.credit.give_back(attempt.reserve);
        }
    }

    /// The payment that was let in for `item`, if one was, will not come. What is unknown may come: it counts on at the gate,
    /// which has its own bound for that.
    fn forgo(&self, item: &Item<R>) {
        if let Some(account) = gate::account(&item.proposal.command).filter(|_| item.pays) {
            self.gate.forgoes(account);
        }
    }

    /// Looks again at the heads of the parked queues, as far as they come to something.
    pub(super) fn unpark(&mut self, engine: &Shard, ctx: &mut Context<'_, R>) {
        let mut refused = Vec::new();
        for product in self.parked.products() {
            while let Some(item) = self.parked.head(&product) {
                let has_key = item.proposal.key.is_some();
                let Some(attempt) = item.proposal.command.attempt() else { break };
                match engine.consider(attempt, has_key) {
                    Ok(room) if self.credit.allows(attempt.reserve, &room) => {
                        let item = self.parked.pop(&product).expect("the head was there just now");
                        self.collect(item);
                    }
                    Ok(_) => break,
                    Err(refusal) => {
                        let mut item = self.parked.pop(&product).expect("the head was there just now");
                        self.forgo(&item);
                        let waiters = self.waiters_of(&mut item);
                        refused.push(item.arrived);
                        self.refuse(ctx, item.proposal.key.as_ref(), waiters, &refusal);
                    }
                }
            }
        }
        ctx.dequeued(&refused);
    }

    /// The items of a landed proposal came to `outcomes`.
    pub(super) fn resolve(
        &mut self,
        engine: &Shard,
        ctx: &mut Context<'_, R>,
        items: Vec<Item<R>>,
        outcomes: &[Outcome],
    ) {
        for (mut item, outcome) in items.into_iter().zip(outcomes) {
            self.give_back(&item);
            if !matches!(outcome, Outcome::Done(_)) {
                self.forgo(&item);
            }
            let waiters = self.waiters_of(&mut item);
            let (done, replayed) = match outcome {
                Outcome::Done(done) => (done, false),
                Outcome::Replayed(done) => (done, true),
                // Nobody waited for it any more when it came to be applied; whoever joined later may ask again.
                Outcome::Refused(Refusal::TooLate | Refusal::NotReady) => {
                    let reply = Reply::NotDone(Obstacle::TooLate);
                    waiters.into_iter().for_each(|waiter| ctx.reply(waiter.reply, reply.clone()));
                    continue;
                }
                // It is in the log of a majority that this was refused: there is nothing left to confirm.
                Outcome::Refused(refusal) => {
                    if let (Some(key), Some(now)) = (&item.proposal.key, self.now(ctx.at)) {
                        self.settled.refused(key.scope, now);
                    }
                    waiters
                        .into_iter()
                        .for_each(|waiter| ctx.reply(waiter.reply, Reply::Refused(refusal.clone())));
                    continue;
                }
            };
            for (place, waiter) in waiters.into_iter().enumerate() {
                let reply = Reply::Done { answer: engine.answer(done), replayed: replayed || place > 0 };
                ctx.reply(waiter.reply, reply);
            }
        }
    }

    /// Proposes what was collected, and begins a round for what waits to be confirmed.
    pub(super) fn flush(&mut self, engine: &Shard, ctx: &mut Context<'_, R>) {
        if let Some(round) = self.confirm.begin() {
            ctx.actions.push(Action::Confirm { round, leadership: self.leadership });
        }
        if self.holds_back {
            return;
        }
        let Some(now) = self.now(ctx.at) else { return };
        let capped = engine.due_cap(now, limits::DUE_MAX);
        if capped < now {
            // Many timers are due: log time catches up in slices, and nothing is dated by a time that lags behind.
            if self.flights.is_empty() {
                self.propose(ctx, capped, Vec::new());
            }
            return;
        }
        while !self.collecting.is_empty() && self.flights.has_room() {
            let rest = self.collecting.split_off(self.batch_len());
            let items = std::mem::replace(&mut self.collecting, rest);
            #[cfg(feature = "planted")]
            let items = planted_order(items);
            self.propose(ctx, now, items);
        }
        if self.flights.is_empty() && self.tick_is_due(engine, now) {
            self.propose(ctx, now, Vec::new());
        }
    }

    /// How many of the collected commands fit into one batch: one at least.
    fn batch_len(&self) -> usize {
        let mut weight = 0;
        let fits = self.collecting.iter().take_while(|item| {
            weight += entry::weight(&item.proposal.command);
            weight <= self.batch_max
        });
        fits.count().max(1)
    }

    fn tick_is_due(&self, engine: &Shard, now: LogTime) -> bool {
        engine
            .next_deadline()
            .is_some_and(|deadline| deadline <= now || now.since(self.proposed) >= TICK_EVERY)
    }

    fn propose(&mut self, ctx: &mut Context<'_, R>, now: LogTime, items: Vec<Item<R>>) {
        let nonce = self.flights.next_nonce();
        let arrivals: Vec<u64> = items.iter().map(|item| item.arrived).collect();
        ctx.dequeued(&arrivals);
        let (proposals, waiting): (Vec<Proposal>, Vec<_>) =
            items.into_iter().map(|item| (item.proposal, (item.waiter, item.arrived, item.pays))).unzip();
        let batch = Batch { now, rules: RULES, proposals };
        let entry = entry::encode(nonce, &batch);
        let commands = batch.proposals.len();
        let items = batch.proposals.into_iter().zip(waiting);
        let items = items.map(|(proposal, (waiter, arrived, pays))| Item { proposal, waiter, arrived, pays });
        self.proposed = now;
        self.flights.go(items.collect(), ctx.at.micros);
        ctx.actions.push(Action::Propose { nonce, leadership: self.leadership, entry, commands });
    }

    /// Tells everyone whose time is up, and lets go of what was not proposed yet.
    pub(super) fn expire(&mut self, ctx: &mut Context<'_, R>) {
        let Some(now) = self.now(ctx.at) else { return };
        let mut late = self.take_collected(|item| item.proposal.not_after < now);
        late.append(&mut self.parked.overdue(now));
        ctx.dequeued(&late.iter().map(|item| item.arrived).collect::<Vec<_>>());
        for mut item in late {
            self.forgo(&item);
            let waiters = self.waiters_of(&mut item);
            waiters.into_iter().for_each(|waiter| ctx.reply(waiter.reply, Reply::NotDone(Obstacle::TooLate)));
        }
        for decision in self.confirm.overdue(now) {
            ctx.reply(decision.waiter.reply, Reply::NotDone(Obstacle::TooLate));
        }
        for waiter in self.flights.overdue(now).into_iter().chain(self.twins.overdue(now)) {
            ctx.reply(waiter.reply, Reply::Unknown);
        }
    }

    fn take_collected(&mut self, out: impl Fn(&Item<R>) -> bool) -> Vec<Item<R>> {
        let collected: Vec<Item<R>> = self.collecting.extract_if(.., |item| out(item)).collect();
        collected.iter().for_each(|item| self.give_back(item));
        collected
    }

    /// A proposal is lost: nothing of it happened, or nobody can tell here.
    pub(super) fn lost(&mut self, ctx: &mut Context<'_, R>, nonce: u64, certainly: bool) {
        let Some(flight) = self.flights.land(nonce) else { return };
        self.holds_back = true;
        let reply = if certainly { Reply::NotDone(Obstacle::NotLeader) } else { Reply::Unknown };
        for mut item in flight.items {
            self.give_back(&item);
            if certainly {
                self.forgo(&item);
            }
            for waiter in self.waiters_of(&mut item) {
                ctx.reply(waiter.reply, reply.clone());
            }
        }
    }

    /// The leadership is over: whatever is in flight is unknown, nothing else happened.
    pub(super) fn end(mut self, ctx: &mut Context<'_, R>) {
        let collected = self.take_collected(|_| true);
        for mut item in collected.into_iter().chain(self.parked.drain()) {
            self.forgo(&item);
            let waiters = self.waiters_of(&mut item);
            waiters
                .into_iter()
                .for_each(|waiter| ctx.reply(waiter.reply, Reply::NotDone(Obstacle::NotLeader)));
        }
        for decision in self.confirm.drain() {
            ctx.reply(decision.waiter.reply, Reply::NotDone(Obstacle::NotLeader));
        }
        for waiter in self.flights.drain().into_iter().chain(self.twins.drain()) {
            ctx.reply(waiter.reply, Reply::Unknown);
        }
    }
}

/// First come, first served, unless a bug is planted.
#[cfg(feature = "planted")]
fn planted_order<R>(mut items: Vec<Item<R>>) -> Vec<Item<R>> {
    if engine::planted::has(engine::planted::Bug::NewestFirst) {
        items.reverse();
    }
    items
}
