//! The core of the saga: every decision, as a plain function of tasks, verdicts and the time.

use std::collections::{BTreeMap, BTreeSet};

use engine::vocabulary::saga::{Finding, Report, Task};
use engine::{LogTime, ReservationId, ShardId, Span};

use super::alarm::Alarm;
use super::backoff::Jitter;
use super::entry::{Entry, Phase};
use super::journal::{Applied, Unrecorded};
use super::judge::Judge;
use super::plan::{self, Next};
use super::rhythm::Rhythm;
use super::ruling::Ruling;
use crate::client::{Call, Verdict};

/// Which call, or which report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket {
    /// Of which shard.
    pub shard: ShardId,
    /// Of which reservation.
    pub reservation: ReservationId,
    number: u64,
}

/// What the core wants done.
#[derive(Debug)]
pub enum Action {
    /// Make this call, before others that are due later, and say what came of it: [`Core::answered`].
    Call(Ticket, Box<Call>, LogTime),
    /// Record this, and say whether it was: [`Core::recorded`].
    Report(Ticket, Report),
    /// Nobody wants the call any more; if it was not sent it need not be.
    Drop(Ticket),
    /// Tell an operator.
    Alarm(Alarm),
}

type Key = (ShardId, ReservationId);

/// The saga, on one node, of all shards that it leads.
#[derive(Debug)]
pub struct Core {
    led: BTreeSet<ShardId>,
    entries: BTreeMap<Key, Entry>,
    wakes: BTreeSet<(LogTime, Key)>,
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
            entries: BTreeMap::new(),
            wakes: BTreeSet::new(),
            rhythm,
            jitter: Jitter::new(seed),
            numbers: 0,
            actions: Vec::new(),
        }
    }

    /// This node leads a shard, and these are all tasks that its state has.
    pub fn took(&mut self, now: LogTime, shard: ShardId, tasks: Vec<Task>) {
        self.led.insert(shard);
        let tasks: BTreeMap<_, _> = tasks.into_iter().map(|task| ((shard, task.reservation), task)).collect();
        let gone: Vec<Key> = self.of_shard(shard).filter(|key| !tasks.contains_key(key)).collect();
        gone.into_iter().for_each(|key| self.remove(key));
        tasks.into_iter().for_each(|(key, task)| self.put(now, key, task));
    }

    /// The tasks of these reservations changed. Ignored if the shard is not led: what is to be done is then another's.
    pub fn offer(&mut self, now: LogTime, shard: ShardId, changed: Vec<(ReservationId, Option<Task>)>) {
        if !self.led.contains(&shard) {
            return;
        }
        for (reservation, task) in changed {
            match task {
                Some(task) => self.put(now, (shard, reservation), task),
                None => self.remove((shard, reservation)),
            }
        }
    }

    /// This node leads a shard no more. Calls that were sent may end; nothing comes of them here.
    pub fn lost(&mut self, shard: ShardId) {
        self.led.remove(&shard);
        let gone: Vec<Key> = self.of_shard(shard).collect();
        gone.into_iter().for_each(|key| self.remove(key));
    }

    /// A call came to this.
    pub fn answered(&mut self, now: LogTime, ticket: Ticket, verdict: Verdict) {
        let Some((key, mut entry)) = self.take(ticket) else { return };
        let Phase::Calling { endpoint, .. } = entry.phase else { return self.keep(key, entry) };
        let course = &mut entry.course;
        let mut judge = Judge { task: &entry.task, course, now, troubles: Vec::new() };
        let ruling = judge.rule(endpoint, verdict);
        for trouble in judge.troubles {
            let (reservation, attempt) = (entry.task.reservation, entry.task.attempt);
            self.actions.push(Action::Alarm(Alarm { reservation, attempt, trouble }));
        }
        match ruling {
            Ruling::Report(findings) => {
                entry.note(findings);
                if entry.findings.is_empty() {
                    return self.rest(now, key, entry);
                }
                self.act(now, key, entry);
            }
            Ruling::GoOn => self.act(now, key, entry),
            Ruling::Again(after) => {
                let after = after.map_or(0, |after| u64::try_from(after.as_millis()).unwrap_or(u64::MAX));
                self.again(now, key, entry, Span(after));
            }
            Ruling::Rest => {
                entry.note(Vec::new());
                if entry.findings.is_empty() { self.rest(now, key, entry) } else { self.act(now, key, entry) }
            }
        }
    }

    /// A report was recorded, or was not.
    pub fn recorded(&mut self, now: LogTime, ticket: Ticket, result: Result<Applied, Unrecorded>) {
        let Some((key, mut entry)) = self.take(ticket) else { return };
        if result.is_err() {
            return self.again(now, key, entry, Span(0));
        }
        match entry.findings.pop_front() {
            Some(Finding::Unchanged) => entry.task.noticed = false,
            said => entry.said = said,
        }
        if entry.findings.is_empty() { self.rest(now, key, entry) } else { self.act(now, key, entry) }
    }

    /// Does what it is time for.
    pub fn on_time(&mut self, now: LogTime) {
        while let Some(&(at, key)) = self.wakes.first().filter(|(at, _)| *at <= now) {
            self.wakes.remove(&(at, key));
            if let Some(entry) = self.entries.remove(&key) {
                self.act(now, key, entry);
            }
        }
    }

    /// When [`Core::on_time`] has something to do.
    pub fn wake_at(&self) -> Option<LogTime> {
        self.wakes.first().map(|(at, _)| *at)
    }

    /// What is wanted since the last time.
    pub fn actions(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.actions)
    }

    /// How many tasks there are.
    pub fn tasks(&self) -> usize {
        self.entries.len()
    }

    fn of_shard(&self, shard: ShardId) -> impl Iterator<Item = Key> {
        let (first, last) = ((shard, ReservationId([0; 16])), (shard, ReservationId([0xff; 16])));
        self.entries.range(first..=last).map(|(key, _)| *key)
    }

    fn put(&mut self, now: LogTime, key: Key, task: Task) {
        let Some(mut entry) = self.entries.remove(&key) else {
            return self.act(now, key, Entry::new(task, None, now));
        };
        if !entry.is_same_work(&task) {
            self.forget(key, &entry);
            let said = entry.said.filter(|_| entry.task.attempt == task.attempt);
            return self.act(now, key, Entry::new(task, said, now));
        }
        let noticed = task.noticed && !entry.task.noticed;
        entry.task = task;
        match entry.phase {
            Phase::Waiting(at) if noticed => {
                self.wakes.remove(&(at, key));
                entry.course.looks = 0;
                entry.course.look_first();
                self.act(now, key, entry);
            }
            Phase::Calling { .. } if noticed => {
                entry.news = true;
                self.keep(key, entry);
            }
            _ => self.keep(key, entry),
        }
    }

    fn remove(&mut self, key: Key) {
        if let Some(entry) = self.entries.remove(&key) {
            self.forget(key, &entry);
        }
    }

    /// Nothing comes any more of what was going on with an entry.
    fn forget(&mut self, (shard, reservation): Key, entry: &Entry) {
        match entry.phase {
            Phase::Waiting(at) => {
                self.wakes.remove(&(at, (shard, reservation)));
            }
            Phase::Calling { number, .. } => {
                self.actions.push(Action::Drop(Ticket { shard, reservation, number }));
            }
            Phase::Reporting { .. } => {}
        }
    }

    /// The entry that waits for this ticket, and for no later one.
    fn take(&mut self, ticket: Ticket) -> Option<(Key, Entry)> {
        let key = (ticket.shard, ticket.reservation);
        let waits = self.entries.get(&key).is_some_and(|entry| match entry.phase {
            Phase::Waiting(_) => false,
            Phase::Calling { number, .. } | Phase::Reporting { number } => number == ticket.number,
        });
        if waits { self.entries.remove(&key).map(|entry| (key, entry)) } else { None }
    }

    /// Goes on with a task: records what is known, or else does what is planned.
    fn act(&mut self, now: LogTime, key: Key, mut entry: Entry) {
        if entry.findings.is_empty() {
            match plan::next(&entry.task, &entry.course, now) {
                Next::Report(finding) => entry.findings.push_back(finding),
                Next::Rest => return self.rest(now, key, entry),
                Next::Call(call) => {
                    let ticket = self.ticket(key);
                    entry.phase = Phase::Calling { number: ticket.number, endpoint: call.endpoint };
                    entry.news = false;
                    self.actions.push(Action::Call(ticket, Box::new(call), entry.task.due));
                    return self.keep(key, entry);
                }
            }
        }
        let Some(finding) = entry.findings.front().cloned() else { return self.rest(now, key, entry) };
        let ticket = self.ticket(key);
        entry.phase = Phase::Reporting { number: ticket.number };
        let report = Report { reservation: key.1, attempt: entry.task.attempt, finding };
        self.actions.push(Action::Report(ticket, report));
        self.keep(key, entry);
    }

    /// The same again, after a wait that grows.
    fn again(&mut self, now: LogTime, key: Key, mut entry: Entry, at_least: Span) {
        entry.course.failures = entry.course.failures.saturating_add(1);
        let wait = self.jitter.of(self.rhythm.retry(&entry.task, entry.course.failures));
        self.wait(now, key, entry, wait.max(at_least));
    }

    /// Nothing to be done, until it is time to look. Whatever was known is found out anew then.
    fn rest(&mut self, now: LogTime, key: Key, mut entry: Entry) {
        if std::mem::take(&mut entry.news) {
            return self.act(now, key, entry);
        }
        let wait = self.jitter.of(self.rhythm.look(&entry.task, entry.course.looks));
        entry.course.looks = entry.course.looks.saturating_add(1);
        (entry.course.failures, entry.course.wait) = (0, false);
        entry.course.look_first();
        self.wait(now, key, entry, wait);
    }

    fn wait(&mut self, now: LogTime, key: Key, mut entry: Entry, wait: Span) {
        let at = now.after(wait);
        entry.phase = Phase::Waiting(at);
        self.wakes.insert((at, key));
        self.keep(key, entry);
    }

    fn keep(&mut self, key: Key, entry: Entry) {
        self.entries.insert(key, entry);
    }

    fn ticket(&mut self, (shard, reservation): Key) -> Ticket {
        self.numbers += 1;
        Ticket { shard, reservation, number: self.numbers }
    }
}
