//! The core of a shard's actor: every decision, as a plain function of the message, the state and the time.

use std::sync::Arc;

use engine::command::Found;
use engine::limits::COMMANDS_PER_BATCH;
use engine::{Command, Event, LogTime, Proposal, Shard, Span};
use tracing::warn;

use super::clock::{LedTime, LogClock, Moment, NodeTime};
use super::flights::Item;
use super::gate::{Open, SharedGate};
use super::hashes::Hashes;
use super::hearsay::Hearsay;
use super::lead::Lead;
use super::message::{Action, Committed, Context, Message};
use super::request::{Leadership, Obstacle, Reply};
use super::stats::Stage;
use crate::entry;
use crate::types::LogId;

/// How often a leader steers its clock, and asks again while it has none, in milliseconds of the machine's clock.
const STEER_EVERY: u64 = 5_000;
const ANCHOR_EVERY: u64 = 100;
/// How often it is looked whose time is up.
const EXPIRE_EVERY: u64 = 50;
/// Wall clocks that lie further apart than this deserve an alarm.
const SPREAD_ALARM: Span = Span(1_000);

/// What random bits the core needs; drawn by its shell.
#[derive(Clone, Copy, Debug)]
pub struct Randomness {
    /// The secret to found an empty shard with.
    pub secret: [u8; 16],
    /// Where the numbers of proposals begin.
    pub nonce: u64,
}

/// A shard on one node. `R` is how to reply to whoever asked.
pub struct Core<R> {
    engine: Shard,
    applied: Option<LogId>,
    hashes: Hashes,
    hearsay: Hearsay,
    follows: Option<Leadership>,
    batch_max: usize,
    lead: Option<Lead<R>>,
    randomness: Randomness,
    gate: SharedGate,
    estimated_at: u64,
    expired_at: u64,
}

impl<R> Core<R> {
    /// A core over a state that holds everything up to `applied`.
    pub fn new(engine: Shard, applied: Option<LogId>, randomness: Randomness) -> Core<R> {
        let mut hashes = Hashes::default();
        if let Some(applied) = applied {
            hashes.remember(applied.index, engine.hash());
        }
        Core {
            engine,
            applied,
            hashes,
            hearsay: Hearsay::default(),
            follows: None,
            batch_max: COMMANDS_PER_BATCH,
            lead: None,
            randomness,
            gate: Arc::new(Open),
            estimated_at: 0,
            expired_at: 0,
        }
    }

    /// The same with a gate before payments by the provider.
    pub fn with_gate(self, gate: SharedGate) -> Core<R> {
        Core { gate, ..self }
    }

    /// The same on a node whose log takes entries of at most `bytes`.
    pub fn with_entries_of(self, bytes: usize) -> Core<R> {
        Core { batch_max: (bytes / entry::COMMAND_BYTES_MAX).clamp(1, COMMANDS_PER_BATCH), ..self }
    }

    /// Takes in a message. What it wants done is appended to `actions`; call [`Core::flush`] once no message is left.
    pub fn on_message(&mut self, at: Moment, message: Message<R>, actions: &mut Vec<Action<R>>) {
        let mut ctx = Context { at, actions };
        match message {
            Message::Follows(leadership) => self.follows = leadership,
            Message::Leadership(leadership) => self.on_leadership(&mut ctx, leadership),
            Message::Committed(entries) => self.on_committed(&mut ctx, entries),
            Message::Requests { arrived, requests } => match &mut self.lead {
                Some(lead) => lead.admit_all(&self.engine, &mut ctx, arrived, requests),
                None => requests
                    .into_iter()
                    .for_each(|(_, reply)| ctx.reply(reply, Reply::NotDone(Obstacle::NotLeader))),
            },
            Message::Lost { nonce, certainly } => {
                if let Some(lead) = &mut self.lead {
                    lead.lost(&mut ctx, nonce, certainly);
                    lead.unpark(&self.engine, &mut ctx);
                }
            }
            Message::Confirmed { round, leadership, led } => {
                self.on_confirmed(&mut ctx, round, leadership, led);
            }
            Message::Estimates(estimates) => self.on_estimates(at, estimates),
            Message::Tick => self.on_tick(&mut ctx),
        }
    }

    /// Proposes what the messages since the last call came to. The shell calls it when its inboxes are empty, so that
    /// whatever arrived together travels together.
    pub fn flush(&mut self, at: Moment, actions: &mut Vec<Action<R>>) {
        if let Some(lead) = &mut self.lead {
            lead.flush(&self.engine, &mut Context { at, actions });
        }
    }

    fn on_leadership(&mut self, ctx: &mut Context<'_, R>, leadership: Option<Leadership>) {
        if self.lead.as_ref().map(|lead| lead.leadership) == leadership {
            return;
        }
        if let Some(lead) = self.lead.take() {
            self.randomness.nonce = lead.flights.next_nonce();
            if let Some(clock) = &lead.clock {
                self.hearsay.heard(ctx.at, lead.leadership, clock.now(ctx.at));
            }
            lead.end(ctx);
        }
        let Some(leadership) = leadership else { return };
        let ready = self.applied.is_some_and(|applied| Leadership::from(applied.leader_id) == leadership);
        #[cfg(feature = "planted")]
        let ready = ready || engine::planted::has(engine::planted::Bug::AnswerBeforeBlank);
        self.lead = Some(Lead::new(
            leadership,
            ready,
            self.randomness.nonce,
            self.batch_max,
            SharedGate::clone(&self.gate),
        ));
        self.estimated_at = ctx.at.boot;
        ctx.actions.push(Action::Estimate);
        self.found(ctx.at);
    }

    /// An empty shard becomes usable by its first leader's first command.
    fn found(&mut self, at: Moment) {
        let Some(lead) = self.lead.as_mut().filter(|lead| lead.ready && self.engine.secret().is_none())
        else {
            return;
        };
        if lead.flights.is_empty() && lead.collecting.is_empty() {
            let found = Command::Found(Found { secret: self.randomness.secret });
            lead.collect(Item {
                proposal: Proposal::of(found),
                waiter: None,
                arrived: at.micros,
                pays: false,
            });
        }
    }

    fn on_committed(&mut self, ctx: &mut Context<'_, R>, entries: Vec<Committed>) {
        let (mut outcomes, mut events) = (Vec::new(), Vec::new());
        for entry in entries {
            self.applied = Some(entry.log_id);
            let proposer = Leadership::from(entry.log_id.leader_id);
            let ours = self.lead.as_mut().filter(|lead| lead.leadership == proposer);
            if let Some(numbered) = entry.batch {
                outcomes.clear();
                self.engine.apply(&numbered.batch, &mut outcomes, &mut events);
                // What another leadership had proposed may have lain in its log while all nodes were down.
                if self.follows == Some(proposer) {
                    self.hearsay.heard(ctx.at, proposer, numbered.batch.now);
                }
                if let Some(lead) = ours
                    && let Some(flight) = lead.flights.land(numbered.nonce)
                {
                    ctx.passed(Stage::Commit, flight.proposed, flight.items.len());
                    lead.resolve(&self.engine, ctx, flight.items, &outcomes);
                }
            } else if let Some(lead) = ours {
                lead.ready = true;
            }
            self.hashes.remember(entry.log_id.index, self.engine.hash());
        }
        self.publish(ctx, events);
        if let Some(lead) = &mut self.lead {
            lead.anchor(ctx.at, self.engine.now());
        }
        self.found(ctx.at);
        if let Some(lead) = &mut self.lead {
            lead.unpark(&self.engine, ctx);
        }
    }

    fn publish(&self, ctx: &mut Context<'_, R>, events: Vec<Event>) {
        if !events.is_empty() {
            ctx.actions.push(Action::Publish(events));
        }
    }

    fn on_confirmed(&mut self, ctx: &mut Context<'_, R>, round: u64, leadership: Leadership, led: bool) {
        let Some(lead) = self.lead.as_mut().filter(|lead| lead.leadership == leadership) else { return };
        for decision in lead.confirm.end(round, led) {
            ctx.reply(decision.waiter.reply, decision.reply);
        }
    }

    fn on_estimates(&mut self, at: Moment, estimates: Vec<NodeTime>) {
        let Some(lead) = &mut self.lead else { return };
        let spread = lead.estimated(at, self.engine.now(), estimates);
        if let Some(spread) = spread.filter(|spread| *spread > SPREAD_ALARM) {
            warn!(spread_ms = spread.0, "the nodes' clocks lie apart: check their time service");
        }
    }

    fn on_tick(&mut self, ctx: &mut Context<'_, R>) {
        self.found(ctx.at);
        let Some(lead) = &mut self.lead else { return };
        lead.tick();
        let every = if lead.clock.is_some() { STEER_EVERY } else { ANCHOR_EVERY };
        if ctx.at.boot >= self.estimated_at + every {
            self.estimated_at = ctx.at.boot;
            ctx.actions.push(Action::Estimate);
        }
        if ctx.at.boot >= self.expired_at + EXPIRE_EVERY {
            self.expired_at = ctx.at.boot;
            lead.expire(ctx);
        }
    }

    /// Puts a state from a snapshot in the place of this one. Whoever waits is told what is known; a leadership that had
    /// begun meanwhile begins anew, since nobody will tell of it again.
    pub fn install(&mut self, at: Moment, engine: Shard, applied: LogId, actions: &mut Vec<Action<R>>) {
        let led = self.lead.as_ref().map(|lead| lead.leadership);
        self.on_leadership(&mut Context { at, actions }, None);
        self.engine = engine;
        self.applied = Some(applied);
        self.hashes.forget();
        self.hashes.remember(applied.index, self.engine.hash());
        self.on_leadership(&mut Context { at, actions }, led);
    }

    /// The state.
    pub fn engine(&self) -> &Shard {
        &self.engine
    }

    /// The state, for what is not part of the replicated state: the list of products that were touched.
    pub fn engine_mut(&mut self) -> &mut Shard {
        &mut self.engine
    }

    /// The newest entry in the state.
    pub fn applied(&self) -> Option<LogId> {
        self.applied
    }

    /// The state hashes that are remembered.
    pub fn hashes(&self) -> &Hashes {
        &self.hashes
    }

    /// What this node says of the time.
    pub fn time(&self, at: Moment) -> NodeTime {
        let leads = self.lead.as_ref().and_then(|lead| {
            let clock = lead.clock.as_ref()?;
            Some(LedTime { term: lead.leadership.term, log: clock.now(at) })
        });
        NodeTime { led: leads.or_else(|| self.hearsay.now(at)), wall: LogTime(at.wall) }
    }

    /// What this node takes log time to be.
    pub fn log_time(&self, at: Moment) -> LogTime {
        self.time(at).log()
    }

    /// The leadership in which this node can answer now, and its clock.
    pub fn standing(&self) -> Option<(Leadership, LogClock)> {
        let lead = self.lead.as_ref().filter(|lead| lead.ready && self.engine.secret().is_some())?;
        Some((lead.leadership, lead.clock.clone()?))
    }

    /// How many attempts are parked or collected, for metrics.
    pub fn backlog(&self) -> usize {
        self.lead.as_ref().map_or(0, Lead::backlog)
    }
}
