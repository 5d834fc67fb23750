//! The shell of a shard's core: an actix actor that empties the inboxes, lets the core decide, and does what it wants.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix::fut::wrap_future;
use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler};
use engine::saga::SagaTasks;
use engine::view::ProductView;
use engine::{ProductStatus, ShardId};
use openraft::ReadPolicy;
use tokio::sync::{oneshot, watch};
use tracing::{debug, error, warn};

use super::clock::{LogClock, Moment};
use super::core::Core;
use super::estimate::Estimates;
use super::inbox::{Arrivals, Inbox, Work};
use super::machine::Raft;
use super::message::{Action, Message};
use super::proposer::{Proposed, Proposer};
use super::reply::ReplyTo;
use super::request::Leadership;
use super::stats::ShardStats;
use crate::board::Board;
use crate::desk::Desk;
use crate::facts::Teller;
use crate::types::Payload;

/// How often the core is told that time went by.
const TICK: Duration = Duration::from_millis(10);
/// How long a confirmation round may take before another is begun.
const ROUND_TIMEOUT: Duration = Duration::from_millis(500);
/// After a round that failed, how long until its end is told: so that a failing one is not repeated in a tight loop.
const ROUND_PAUSE: Duration = Duration::from_millis(10);

/// The leadership in which a node can answer for a shard, and the clock that it leads by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which leadership.
    pub leadership: Leadership,
    /// Its clock.
    pub clock: LogClock,
}

/// What a shard's actor is tied to.
pub struct Surroundings {
    /// The shard.
    pub shard: ShardId,
    /// Its inboxes.
    pub inbox: Arc<Inbox>,
    /// Its Raft group, from the moment that it runs.
    pub raft: Arc<OnceLock<Raft>>,
    /// Whom to ask what time it is.
    pub estimates: Estimates,
    /// Where products are shown.
    pub board: Arc<Board>,
    /// Where is laid out what is to be done outside, while this node leads.
    pub desk: Arc<Desk>,
    /// Where facts go. Whoever listens and falls behind starts again from the state.
    pub facts: Teller,
    /// Where it is told in which leadership this node can answer.
    pub standing: watch::Sender<Option<Standing>>,
    /// What is counted.
    pub stats: Arc<ShardStats>,
    /// After how many bytes of log a snapshot is taken.
    pub snapshot_log_bytes: u64,
}

/// The actor.
pub struct ShardActor {
    core: Core<ReplyTo>,
    around: Surroundings,
    actions: Vec<Action<ReplyTo>>,
    proposer: Proposer,
    log_bytes: u64,
}

/// Something is in the inboxes.
struct Wake;

impl actix::Message for Wake {
    type Result = ();
}

/// Whoever waits may have gone away; then there is nobody to tell.
fn tell(done: oneshot::Sender<()>) {
    let _gone = done.send(());
}

impl ShardActor {
    /// The shell of `core`.
    pub fn new(core: Core<ReplyTo>, around: Surroundings) -> ShardActor {
        let proposer = Proposer::new(Arc::clone(&around.raft), Arc::clone(&around.inbox));
        ShardActor { core, around, actions: Vec::new(), proposer, log_bytes: 0 }
    }

    fn run(&mut self, ctx: &mut Context<ShardActor>) {
        self.around.inbox.listen();
        let at = Moment::now();
        for work in self.around.inbox.take_work() {
            self.on_work(ctx, at, work);
        }
        let Arrivals { since: arrived, requests } = self.around.inbox.take_requests();
        if !requests.is_empty() {
            #[cfg(feature = "simulation")]
            crate::simulation::arrived(self.around.shard, &requests);
            // What was applied just now may have taken its time.
            self.core.on_message(Moment::now(), Message::Requests { arrived, requests }, &mut self.actions);
        }
        self.finish(ctx, Moment::now());
    }

    fn on_work(&mut self, ctx: &mut Context<ShardActor>, at: Moment, work: Work) {
        match work {
            Work::Tell(message) => self.core.on_message(at, message, &mut self.actions),
            Work::Committed { entries, bytes, done } => {
                let began = std::time::Instant::now();
                #[cfg(feature = "simulation")]
                let seen = crate::simulation::Entries::of(&entries);
                self.core.on_message(at, Message::Committed(entries), &mut self.actions);
                #[cfg(feature = "simulation")]
                seen.into_iter().for_each(|seen| seen.applied(self.around.shard, self.core.hashes()));
                self.around.stats.applied(began.elapsed(), self.core.applied());
                self.count_log(ctx, bytes);
                tell(done);
            }
            Work::Capture(to) => drop(to.send(self.core.engine().capture())),
            Work::Install { engine, applied, done } => {
                self.core.install(at, *engine, applied, &mut self.actions);
                #[cfg(feature = "simulation")]
                crate::simulation::installed(self.around.shard, applied, self.core.engine().hash());
                self.log_bytes = 0;
                self.around.board.replace(self.around.shard, self.core.engine().products());
                tell(done);
            }
            Work::Inspect(look) => look(&self.core),
            Work::Stop(done) => {
                self.core.on_message(at, Message::Leadership(None), &mut self.actions);
                ctx.stop();
                tell(done);
            }
        }
    }

    /// Snapshots are thought of in bytes of log: entries differ by a factor of a thousand.
    fn count_log(&mut self, ctx: &mut Context<ShardActor>, bytes: u64) {
        self.log_bytes += bytes;
        if self.log_bytes < self.around.snapshot_log_bytes {
            return;
        }
        self.log_bytes = 0;
        if let Some(raft) = self.around.raft.get().cloned() {
            let snapshot = async move { raft.trigger().snapshot().await };
            ctx.spawn(wrap_future(snapshot).map(|result, _: &mut ShardActor, _| {
                if let Err(error) = result {
                    debug!(%error, "no snapshot: the shard is ending");
                }
            }));
        }
    }

    fn finish(&mut self, ctx: &mut Context<ShardActor>, at: Moment) {
        self.core.flush(at, &mut self.actions);
        for action in std::mem::take(&mut self.actions) {
            self.act(ctx, action);
        }
        self.show();
        self.around.stats.events(self.core.engine().event_sequence());
        self.around.stats.backlog(self.core.backlog());
        self.around.stats.alarms(self.core.engine().alarms());
    }

    fn act(&mut self, ctx: &mut Context<ShardActor>, action: Action<ReplyTo>) {
        match action {
            Action::Reply(to, reply) => to.send(reply),
            Action::Propose { nonce, leadership, entry, commands } => {
                self.around.stats.proposed(commands);
                self.proposer.propose(Proposed { nonce, leadership, payload: Payload(entry) });
            }
            Action::Confirm { round, leadership } => self.confirm(ctx, round, leadership),
            Action::Estimate => self.estimate(ctx),
            Action::Passed { stage, micros, attempts } => {
                self.around.stats.passed(stage, micros, attempts);
            }
            Action::Publish(events) => {
                if self.around.facts.tell(events).is_err() {
                    debug!(shard = %self.around.shard, "the listings fell behind and will start again from the state");
                }
            }
        }
    }

    /// Shows what changed: products on the board, and in which leadership this node can answer.
    fn show(&mut self) {
        for view in self.core.engine_mut().touched() {
            warn_if_frozen(&self.around.board, &view);
            self.around.board.show(self.around.shard, view);
        }
        let changed = self.core.engine_mut().take_changed_tasks();
        let standing = self.core.standing().map(|(leadership, clock)| Standing { leadership, clock });
        self.lay_out(standing.as_ref().map(|standing| standing.leadership), changed);
        self.around.standing.send_if_modified(|shown| {
            let changed = *shown != standing;
            if changed {
                *shown = standing;
            }
            changed
        });
    }

    /// Lays out what is to be done outside, in the leadership in which this node can answer.
    fn lay_out(&self, leadership: Option<Leadership>, changed: Vec<SagaTasks>) {
        let (shard, desk) = (self.around.shard, &self.around.desk);
        let before = self.around.standing.borrow().as_ref().map(|standing| standing.leadership);
        match leadership {
            Some(_) if leadership == before => desk.lay(shard, changed),
            Some(_) => desk.lay_out(shard, self.core.engine().tasks(None)),
            None if before.is_some() => desk.clear(shard),
            None => {}
        }
    }

    fn confirm(&self, ctx: &mut Context<ShardActor>, round: u64, leadership: Leadership) {
        let Some(raft) = self.around.raft.get().cloned() else { return };
        let stats = Arc::clone(&self.around.stats);
        let confirmation = async move {
            let began = std::time::Instant::now();
            let linearizer =
                tokio::time::timeout(ROUND_TIMEOUT, raft.get_read_linearizer(ReadPolicy::ReadIndex)).await;
            stats.confirmed(began.elapsed());
            let led = matches!(&linearizer, Ok(Ok(linearizer))
                if Leadership::from(*linearizer.read_log_id().committed_leader_id()) == leadership);
            if !led {
                tokio::time::sleep(ROUND_PAUSE).await;
            }
            led
        };
        ctx.spawn(wrap_future(confirmation).map(move |led, actor: &mut ShardActor, ctx| {
            actor.tell(ctx, Message::Confirmed { round, leadership, led });
        }));
    }

    fn estimate(&self, ctx: &mut Context<ShardActor>) {
        let estimates = self.around.estimates.clone();
        let at = Moment::now();
        let own = self.core.time(at);
        let asked = async move { estimates.gather(at, own).await };
        ctx.spawn(wrap_future(asked).map(|estimates, actor: &mut ShardActor, ctx| match estimates {
            Some(estimates) => actor.tell(ctx, Message::Estimates(estimates)),
            None => warn!(shard = %actor.around.shard, "no quorum tells its time"),
        }));
    }

    fn tell(&mut self, ctx: &mut Context<ShardActor>, message: Message<ReplyTo>) {
        let at = Moment::now();
        self.core.on_message(at, message, &mut self.actions);
        self.finish(ctx, at);
    }
}

impl Actor for ShardActor {
    type Context = Context<ShardActor>;

    fn started(&mut self, ctx: &mut Context<ShardActor>) {
        self.around.board.replace(self.around.shard, self.core.engine().products());
        #[cfg(feature = "simulation")]
        if let Some(applied) = self.core.applied() {
            crate::simulation::restored(self.around.shard, applied, self.core.engine().hash());
        }
        let address = ctx.address();
        // At most one wake-up is in the mailbox at a time, so it is never full; a closed one needs no wake-up.
        self.around.inbox.on_wake(move || drop(address.try_send(Wake)));
        if let Some(proposing) = self.proposer.take_task() {
            ctx.spawn(wrap_future(proposing.run()));
        }
        // The inboxes are looked into as well: a push may have come before there was anyone to wake.
        ctx.run_interval(TICK, |actor, ctx| {
            actor.core.on_message(Moment::now(), Message::Tick, &mut actor.actions);
            actor.run(ctx);
        });
    }
}

impl Handler<Wake> for ShardActor {
    type Result = ();

    fn handle(&mut self, _: Wake, ctx: &mut Context<ShardActor>) {
        self.run(ctx);
    }
}

/// A product that becomes frozen is worth a page to somebody, once on each node.
fn warn_if_frozen(board: &Board, view: &ProductView) {
    let is_new = board.product(&view.id).is_none_or(|before| before.status != ProductStatus::Frozen);
    if view.status == ProductStatus::Frozen && is_new {
        error!(
            product = %view.id,
            "a product is frozen, since its books do not add up: nothing of it is sold any more; `flashsale audit` \
             shows what is wrong, and archiving it is all that can be done with it"
        );
    }
}
