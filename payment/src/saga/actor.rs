//! The shell of the saga: takes in what shards tell, makes the calls and reports that the core wants.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::vocabulary::saga::{SagaTasks, Task};
use engine::{LogTime, ShardId};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::core::{Action, Core, Ticket};
use super::inbox::{Inbox, Mail};
use super::journal::{Journal, Unrecorded};
use super::rhythm::Rhythm;
use super::work::{Ended, Work};
use crate::metrics::Snapshot;
use crate::provider::Provider;

/// How long calls that were sent are waited for at the end.
const GRACE: Duration = Duration::from_secs(2);

/// How long a report is waited for: whether it is in the log is unknown then, and it is made again.
const RECORDED_WITHIN: Duration = Duration::from_secs(10);

/// What log time it is in a shard, as far as this node knows. Only waits and deadlines are measured with it.
pub type Clock = Arc<dyn Fn(ShardId) -> LogTime + Send + Sync>;

/// The saga of a node. Owns one task, and through it all calls and reports; they end with [`Saga::shutdown`].
#[derive(Debug)]
pub struct Saga {
    inbox: Arc<Inbox>,
    provider: Arc<Provider>,
    open: Arc<Open>,
    ended: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Saga {
    /// Begins to carry out what shards will tell. `seed` is for the jitter of waits. Wants a runtime.
    pub fn start<J: Journal>(
        provider: Arc<Provider>,
        journal: J,
        clock: Clock,
        rhythm: Rhythm,
        seed: u64,
    ) -> Saga {
        let (inbox, open) = (Arc::<Inbox>::default(), Arc::<Open>::default());
        let ended = CancellationToken::new();
        let actor = Actor {
            core: Core::new(rhythm, seed),
            inbox: Arc::clone(&inbox),
            provider: Arc::clone(&provider),
            journal: Arc::new(journal),
            clock,
            work: Work::default(),
            open: Arc::clone(&open),
        };
        let task = Mutex::new(Some(tokio::spawn(actor.run(ended.clone()))));
        Saga { inbox, provider, open, ended, task }
    }

    /// This node leads a shard, and these are all tasks that its state has. Never waits, as none of the three.
    pub fn took(&self, shard: ShardId, tasks: Vec<Task>) {
        self.inbox.took(shard, tasks);
    }

    /// The tasks of these reservations changed; without any, all is done. Ignored if the shard is not led.
    pub fn offer(&self, shard: ShardId, changed: Vec<SagaTasks>) {
        self.inbox.offer(shard, changed);
    }

    /// This node leads a shard no more.
    pub fn lost(&self, shard: ShardId) {
        self.inbox.lost(shard);
    }

    /// What the calls and reports came to.
    pub fn metrics(&self) -> Snapshot {
        let [tasks, rechecks] =
            [&self.open.tasks, &self.open.rechecks].map(|count| count.load(Ordering::Relaxed));
        Snapshot { tasks, rechecks, ..self.provider.metrics() }
    }

    /// Ends: makes no new call, waits two seconds for those that were sent, and breaks off the rest.
    pub async fn shutdown(&self) {
        self.ended.cancel();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && let Err(broken) = task.await
        {
            error!(error = %broken, "the payment saga broke");
        }
    }
}

/// How much there was of either when the actor last slept.
#[derive(Debug, Default)]
struct Open {
    tasks: AtomicUsize,
    rechecks: AtomicUsize,
}

struct Actor<J> {
    core: Core,
    inbox: Arc<Inbox>,
    provider: Arc<Provider>,
    journal: Arc<J>,
    clock: Clock,
    work: Work,
    open: Arc<Open>,
}

impl<J: Journal> Actor<J> {
    async fn run(mut self, end: CancellationToken) {
        loop {
            self.do_actions();
            self.open.tasks.store(self.core.tasks(), Ordering::Relaxed);
            self.open.rechecks.store(self.core.rechecks(), Ordering::Relaxed);
            let wake = self.wake_at();
            tokio::select! {
                () = end.cancelled() => break,
                mail = self.inbox.mail() => self.take_in(mail),
                Some(ended) = self.work.ended() => self.on_ended(ended),
                () = until(wake) => self.on_time(),
            }
        }
        self.work.shutdown(GRACE).await;
    }

    fn take_in(&mut self, mail: BTreeMap<ShardId, Mail>) {
        for (shard, mail) in mail {
            let now = (self.clock)(shard);
            if mail.lost {
                self.core.lost(shard);
            }
            if mail.took {
                self.core.took(now, shard, mail.changed.into_values().flatten().collect());
            } else {
                let saga = |(reservation, tasks)| SagaTasks { reservation, tasks };
                self.core.offer(now, shard, mail.changed.into_iter().map(saga).collect());
            }
        }
    }

    fn on_ended(&mut self, ended: Ended) {
        let now = |ticket: Ticket| (self.clock)(ticket.shard());
        match ended {
            Ended::Turn(ticket, is_turn) => self.core.on_turn(now(ticket), ticket, is_turn),
            Ended::Call(ticket, verdict) => self.core.answered(now(ticket), ticket, verdict),
            Ended::Report(ticket, result) => {
                self.provider.metrics.recorded(result.is_ok());
                self.core.recorded(now(ticket), ticket, result);
            }
        }
    }

    fn wake_at(&self) -> Option<Instant> {
        let at = |shard| self.core.wake_at(shard).map(|at| self.instant(shard, at));
        self.core.led().filter_map(at).min()
    }

    fn on_time(&mut self) {
        let led: Vec<ShardId> = self.core.led().collect();
        led.into_iter().for_each(|shard| self.core.on_time((self.clock)(shard), shard));
    }

    fn do_actions(&mut self) {
        for action in self.core.actions() {
            match action {
                Action::Begin(ticket, account, due) => {
                    let due = self.due(ticket, due);
                    let provider = Arc::clone(&self.provider);
                    let wait = |off| async move { provider.begin(&account, due, &off).await };
                    self.work.turn(ticket, wait);
                }
                Action::Call(ticket, call, due) => {
                    let due = self.due(ticket, due);
                    let provider = Arc::clone(&self.provider);
                    let make = |off| async move { provider.call(&call, due, &off).await };
                    self.work.call(ticket, make);
                }
                Action::Report(ticket, report) => {
                    let journal = Arc::clone(&self.journal);
                    let recorded = async move { journal.report(ticket.shard(), report).await };
                    let recorded = timeout(RECORDED_WITHIN, recorded);
                    self.work
                        .report(ticket, async move { recorded.await.unwrap_or(Err(Unrecorded::Unknown)) });
                }
                Action::Drop(ticket) => self.work.drop_call(ticket),
                Action::Alarm(alarm) => {
                    self.provider.metrics.alarmed();
                    if alarm.again {
                        continue;
                    }
                    warn!(
                        reservation = %alarm.reservation,
                        attempt = alarm.attempt,
                        "a payment needs to be looked at: {}", alarm.trouble
                    );
                }
            }
        }
    }

    fn due(&self, ticket: Ticket, due: LogTime) -> Option<Instant> {
        (due != LogTime::NEVER).then(|| self.instant(ticket.shard(), due))
    }

    /// When it is that log time in a shard, as far as this node knows.
    fn instant(&self, shard: ShardId, at: LogTime) -> Instant {
        let wait = at.since((self.clock)(shard));
        let now = Instant::now();
        now.checked_add(Duration::from_millis(wait.0)).unwrap_or(now + Duration::from_secs(365 * 86_400))
    }
}

async fn until(wake: Option<Instant>) {
    match wake {
        Some(wake) => sleep_until(wake).await,
        None => pending().await,
    }
}
