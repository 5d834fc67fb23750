//! The core of the saga: every decision, as a plain function of tasks, verdicts and the time.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use engine::vocabulary::saga::{Finding, Report, SagaTasks, Task};
use engine::vocabulary::text::AccountName;
use engine::{LogTime, ReservationId, ShardId, Span};

use super::alarm::Alarm;
use super::backoff::Jitter;
use super::entries::Entries;
use super::entry::{Entry, Phase};
use super::job::Job;
use super::journal::{Applied, Unrecorded};
use super::judge::Judge;
use super::plan::{self, Next};
use super::rhythm::Rhythm;
use super::ruling::Ruling;
use crate::client::{Call, Verdict};

/// Where the ids of reservations begin and end.
const FIRST: ReservationId = ReservationId([0; 16]);
const LAST: ReservationId = ReservationId([0xff; 16]);

/// Which wait, call or report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket {
    job: Job,
    number: u64,
}

impl Ticket {
    /// Of which shard.
    pub fn shard(&self) -> ShardId {
        self.job.shard
    }

    /// Of which reservation.
    pub fn reservation(&self) -> ReservationId {
        self.job.reservation
    }
}

/// What the core wants done.
#[derive(Debug)]
pub enum Action {
    /// Tell when a payment at this account, due then, may begin: [`Core::on_turn`].
    Begin(Ticket, AccountName, LogTime),
    /// Make this call, before others that are due later, and say what came of it: [`Core::answered`].
    Call(Ticket, Box<Call>, LogTime),
    /// Record this, and say whether it was: [`Core::recorded`].
    Report(Ticket, Report),
    /// Nobody wants the call, or the turn, any more; if it was not sent it need not be.
    Drop(Ticket),
    /// Tell an operator.
    Alarm(Alarm),
}

/// The saga, on one node, of all shards that it leads. Each shard has a time of its own: what is called `now` is the log
/// time of the shard that it is about.
#[derive(Debug)]
pub struct Core {
    led: BTreeSet<ShardId>,
    entries: Entries,
    wakes: BTreeMap<ShardId, BTreeSet<(LogTime, Job)>>,
    rhythm: Rhythm,
    jitter: Jitter,
    numbers: u64,
    actions: Vec<Action>,
}

impl Core {
    /// A saga of no shards. `seed` is all the randomness there is.
    pub fn new(rhythm: Rhythm, seed: u64) -> Core {
        Core {
            led: BTreeSet::new(),
            entries: Entries::default(),
            wakes: BTreeMap::new(),
            rhythm,
            jitter: Jitter::new(seed),
            numbers: 0,
            actions: Vec::new(),
        }
    }

    /// This node leads a shard, and these are all tasks that its state has.
    pub fn took(&mut self, now: LogTime, shard: ShardId, tasks: Vec<Task>) {
        self.led.insert(shard);
        let all = Job::range(shard, FIRST, LAST);
        self.replace(now, all, tasks);
    }

    /// The tasks of these reservations changed. Ignored if the shard is not led: what is to be done is then another's.
    pub fn offer(&mut self, now: LogTime, shard: ShardId, changed: Vec<SagaTasks>) {
        if !self.led.contains(&shard) {
            return;
        }
        for SagaTasks { reservation, tasks } in changed {
            self.replace(now, Job::range(shard, reservation, reservation), tasks);
        }
    }

    /// This node leads a shard no more. Calls that were sent may end; nothing comes of them here.
    pub fn lost(&mut self, shard: ShardId) {
        self.led.remove(&shard);
        self.replace(LogTime(0), Job::range(shard, FIRST, LAST), Vec::new());
        self.wakes.remove(&shard);
    }

    /// A payment may begin now; or not, since no wait for a turn is possible, and is to ask again.
    pub fn on_turn(&mut self, now: LogTime, ticket: Ticket, is_turn: bool) {
        let Some((job, mut entry)) = self.take(ticket) else { return };
        if !is_turn {
            return self.again(now, job, entry, Span(0));
        }
        entry.findings.push_back(Finding::Begun);
        self.act(now, job, entry);
    }

    /// A call came to this.
    pub fn answered(&mut self, now: LogTime, ticket: Ticket, verdict: Verdict) {
        let Some((job, mut entry)) = self.take(ticket) else { return };
        let Phase::Calling { endpoint, .. } = entry.phase else { return self.keep(job, entry) };
        let course = &mut entry.course;
        let mut judge = Judge { task: &entry.task, course, now, troubles: Vec::new() };
        let ruling = judge.rule(endpoint, verdict);
        for trouble in judge.troubles {
            let (reservation, attempt) = (entry.task.reservation, entry.task.attempt);
            let again = entry.trouble.as_ref() == Some(&trouble);
            entry.trouble = Some(trouble.clone());
            self.actions.push(Action::Alarm(Alarm { reservation, attempt, trouble, again }));
        }
        match ruling {
            Ruling::Report(findings) => {
                entry.note(findings);
                if entry.findings.is_empty() {
                    return self.rest(now, job, entry);
                }
                self.act(now, job, entry);
            }
            Ruling::GoOn => self.act(now, job, entry),
            Ruling::Again(after) => {
                let after = after.map_or(0, |after| u64::try_from(after.as_millis()).unwrap_or(u64::MAX));
                self.again(now, job, entry, Span(after));
            }
            Ruling::Rest => {
                entry.note(Vec::new());
                if entry.findings.is_empty() { self.rest(now, job, entry) } else { self.act(now, job, entry) }
            }
        }
    }

    /// A report was recorded, or was not.
    pub fn recorded(&mut self, now: LogTime, ticket: Ticket, result: Result<Applied, Unrecorded>) {
        let Some((job, mut entry)) = self.take(ticket) else { return };
        let Ok(applied) = result else { return self.again(now, job, entry, Span(0)) };
        entry.recorded(applied);
        if entry.findings.is_empty() { self.rest(now, job, entry) } else { self.act(now, job, entry) }
    }

    /// Does what it is time for in a shard.
    pub fn on_time(&mut self, now: LogTime, shard: ShardId) {
        while self.wake_at(shard).is_some_and(|at| at <= now) {
            let first = self.wakes.get_mut(&shard).and_then(BTreeSet::pop_first);
            if let Some((_, job)) = first
                && let Some(entry) = self.entries.remove(&job)
            {
                self.act(now, job, entry);
            }
        }
    }

    /// When [`Core::on_time`] has something to do for a shard.
    pub fn wake_at(&self, shard: ShardId) -> Option<LogTime> {
        self.wakes.get(&shard)?.first().map(|(at, _)| *at)
    }

    /// The shards that this node leads.
    pub fn led(&self) -> impl Iterator<Item = ShardId> {
        self.led.iter().copied()
    }

    /// What is wanted since the last time.
    pub fn actions(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.actions)
    }

    /// How many tasks there are, beside rechecks.
    pub fn tasks(&self) -> usize {
        self.entries.to_be_done()
    }

    /// How many refunds that arrived are rechecked.
    pub fn rechecks(&self) -> usize {
        self.entries.rechecks()
    }

    /// The jobs in a range are those of these tasks, and no others.
    fn replace(&mut self, now: LogTime, range: RangeInclusive<Job>, tasks: Vec<Task>) {
        let tasks: BTreeMap<Job, Task> =
            tasks.into_iter().map(|task| (Job::of(range.start().shard, &task), task)).collect();
        let gone: Vec<Job> = self.entries.jobs(range).filter(|job| !tasks.contains_key(job)).collect();
        gone.into_iter().for_each(|job| self.remove(job));
        tasks.into_iter().for_each(|(job, task)| self.put(now, job, task));
    }

    fn put(&mut self, now: LogTime, job: Job, task: Task) {
        let Some(mut entry) = self.entries.remove(&job) else {
            return self.start(now, job, Entry::new(task, None, now));
        };
        if !entry.is_same_work(&task) {
            self.forget(job, &entry);
            return self.start(now, job, Entry::new(task, entry.said, now));
        }
        let is_news = entry.renew(task);
        match entry.phase {
            Phase::Waiting(at) if is_news => {
                self.unwake(at, job);
                entry.course.looks = 0;
                entry.course.look_first();
                self.act(now, job, entry);
            }
            _ => self.keep(job, entry),
        }
    }

    /// Begins with a task. What only rechecks begins with a wait, as likely to be short as long: neither a new leader nor
    /// many refunds at once shall make many looks at once.
    fn start(&mut self, now: LogTime, job: Job, mut entry: Entry) {
        if !entry.is_recheck() {
            return self.act(now, job, entry);
        }
        let wait = self.jitter.below(self.rhythm.look(&entry.task, 0));
        entry.course.looks = 1;
        self.wait(now, job, entry, wait);
    }

    fn remove(&mut self, job: Job) {
        if let Some(entry) = self.entries.remove(&job) {
            self.forget(job, &entry);
        }
    }

    /// Nothing comes any more of what was going on with an entry.
    fn forget(&mut self, job: Job, entry: &Entry) {
        match entry.phase {
            Phase::Waiting(at) => self.unwake(at, job),
            Phase::InLine { number } | Phase::Calling { number, .. } => {
                self.actions.push(Action::Drop(Ticket { job, number }));
            }
            Phase::Reporting { .. } => {}
        }
    }

    /// The entry that waits for this ticket, and for no later one.
    fn take(&mut self, ticket: Ticket) -> Option<(Job, Entry)> {
        let job = ticket.job;
        let waits = self.entries.get(&job).is_some_and(|entry| match entry.phase {
            Phase::Waiting(_) => false,
            Phase::InLine { number } | Phase::Calling { number, .. } | Phase::Reporting { number } => {
                number == ticket.number
            }
        });
        if waits { self.entries.remove(&job).map(|entry| (job, entry)) } else { None }
    }

    /// Goes on with a task: records what is known, or else does what is planned.
    fn act(&mut self, now: LogTime, job: Job, mut entry: Entry) {
        if entry.findings.is_empty() {
            match plan::next(&entry.task, &entry.course, now) {
                Next::Begin => {
                    let ticket = self.ticket(job);
                    entry.phase = Phase::InLine { number: ticket.number };
                    self.actions.push(Action::Begin(ticket, entry.task.account.clone(), entry.task.due));
                    return self.keep(job, entry);
                }
                Next::Report(finding) => entry.findings.push_back(finding),
                Next::Rest => return self.rest(now, job, entry),
                Next::Call(call) => {
                    let ticket = self.ticket(job);
                    entry.phase = Phase::Calling { number: ticket.number, endpoint: call.endpoint };
                    entry.ask(&call);
                    // What is only rechecked stands behind all that must be done.
                    let due = if entry.is_recheck() { LogTime::NEVER } else { entry.task.due };
                    self.actions.push(Action::Call(ticket, Box::new(call), due));
                    return self.keep(job, entry);
                }
            }
        }
        let Some(report) = entry.report() else { return self.rest(now, job, entry) };
        let ticket = self.ticket(job);
        entry.phase = Phase::Reporting { number: ticket.number };
        self.actions.push(Action::Report(ticket, report));
        self.keep(job, entry);
    }

    /// The same again, after a wait that grows.
    fn again(&mut self, now: LogTime, job: Job, mut entry: Entry, at_least: Span) {
        entry.course.failures = entry.course.failures.saturating_add(1);
        let wait = self.jitter.of(self.rhythm.retry(&entry.task, entry.course.failures));
        self.wait(now, job, entry, wait.max(at_least));
    }

    /// Nothing to be done, until it is time to look. Whatever was known is found out anew then.
    fn rest(&mut self, now: LogTime, job: Job, mut entry: Entry) {
        if entry.has_news() {
            entry.look_again();
            return self.act(now, job, entry);
        }
        let wait = self.jitter.of(self.rhythm.look(&entry.task, entry.course.looks));
        entry.course.looks = entry.course.looks.saturating_add(1);
        (entry.course.failures, entry.course.wait) = (0, false);
        entry.course.look_first();
        self.wait(now, job, entry, wait);
    }

    fn wait(&mut self, now: LogTime, job: Job, mut entry: Entry, wait: Span) {
        let at = now.after(wait);
        entry.phase = Phase::Waiting(at);
        self.wakes.entry(job.shard).or_default().insert((at, job));
        self.keep(job, entry);
    }

    fn unwake(&mut self, at: LogTime, job: Job) {
        if let Some(wakes) = self.wakes.get_mut(&job.shard) {
            wakes.remove(&(at, job));
        }
    }

    fn keep(&mut self, job: Job, entry: Entry) {
        self.entries.insert(job, entry);
    }

    fn ticket(&mut self, job: Job) -> Ticket {
        self.numbers += 1;
        Ticket { job, number: self.numbers }
    }
}
