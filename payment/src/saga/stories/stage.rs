//! The stage: a core, a time, and what the core wants, taken one by one.

use std::collections::VecDeque;

use engine::vocabulary::saga::{Finding, Report, Step, Task};
use engine::{LogTime, Span};

use super::author::{NOON, SHARD, of_one, task};
use crate::client::{Call, Endpoint, Verdict};
use crate::saga::core::{Action, Core, Ticket};
use crate::saga::{Applied, Rhythm, Trouble, Unrecorded};

pub(super) struct Stage {
    pub(super) core: Core,
    pub(super) now: LogTime,
    wanted: VecDeque<Action>,
    pub(super) troubles: Vec<Trouble>,
    /// How many of them had been told just before.
    pub(super) repeated: usize,
    calling: Option<Ticket>,
}

impl Stage {
    /// A core that has just taken over a shard with this one task, at noon.
    pub(super) fn with(step: Step) -> Stage {
        Stage::of(task(step), NOON)
    }

    pub(super) fn of(task: Task, now: LogTime) -> Stage {
        let core = Core::new(Rhythm::default(), 42);
        let mut stage =
            Stage { core, now, wanted: VecDeque::new(), troubles: Vec::new(), repeated: 0, calling: None };
        stage.core.took(now, SHARD, vec![task]);
        stage
    }

    /// The next thing that the core wants, besides alarms, if there is any.
    pub(super) fn next(&mut self) -> Option<Action> {
        loop {
            self.wanted.extend(self.core.actions());
            match self.wanted.pop_front()? {
                Action::Alarm(alarm) => {
                    self.repeated += usize::from(alarm.again);
                    self.troubles.push(alarm.trouble);
                }
                action => return Some(action),
            }
        }
    }

    /// The next thing is a call.
    pub(super) fn call(&mut self) -> Call {
        match self.next() {
            Some(Action::Call(ticket, call, _)) => {
                self.calling = Some(ticket);
                *call
            }
            other => panic!("a call is wanted, not {other:?}"),
        }
    }

    /// The next thing is a call to this endpoint, and this is the answer.
    pub(super) fn answer(&mut self, endpoint: Endpoint, verdict: Verdict) -> Call {
        let call = self.call();
        assert_eq!(call.endpoint, endpoint);
        self.give(verdict);
        call
    }

    /// The answer to the newest call.
    pub(super) fn give(&mut self, verdict: Verdict) {
        let ticket = self.calling.take().expect("a call is under way");
        self.core.answered(self.now, ticket, verdict);
    }

    /// The next thing is a wait for the turn to begin, which comes, or cannot be waited for.
    pub(super) fn begin(&mut self, is_turn: bool) {
        match self.next() {
            Some(Action::Begin(ticket, ..)) => self.core.on_turn(self.now, ticket, is_turn),
            other => panic!("a turn is wanted, not {other:?}"),
        }
    }

    /// The provider tells of news, as so many did before: the task is the same.
    pub(super) fn notice(&mut self, step: Step, number: u64) {
        let noticed = Task { noticed: Some(number), ..task(step) };
        self.core.offer(self.now, SHARD, of_one(vec![noticed]));
    }

    /// All findings that are reported now, each of which is recorded.
    pub(super) fn findings(&mut self) -> Vec<Finding> {
        self.reports().into_iter().map(|(_, finding)| finding).collect()
    }

    /// The same, until something else is wanted, with the last notice that each of them knew of.
    pub(super) fn reports(&mut self) -> Vec<(u64, Finding)> {
        let mut reports = Vec::new();
        while let Some(action) = self.next() {
            let Action::Report(ticket, report) = action else {
                self.wanted.push_front(action);
                break;
            };
            reports.push((report.noticed, report.finding));
            self.core.recorded(self.now, ticket, Ok(Applied::Taken));
        }
        reports
    }

    /// The report that is made now, if any is.
    pub(super) fn report(&mut self) -> Option<(Ticket, Report)> {
        match self.next()? {
            Action::Report(ticket, report) => Some((ticket, report)),
            other => panic!("a report is wanted, not {other:?}"),
        }
    }

    /// The report that is made now cannot be recorded.
    pub(super) fn unrecorded(&mut self) -> Finding {
        let (ticket, report) = self.report().expect("a report");
        self.core.recorded(self.now, ticket, Err(Unrecorded::Unknown));
        report.finding
    }

    /// The time comes for which the core waits; how long it was.
    pub(super) fn wait(&mut self) -> Span {
        assert!(self.next().is_none(), "nothing is wanted before the wait");
        let at = self.core.wake_at(SHARD).expect("the core waits for something");
        let waited = at.since(self.now);
        self.now = at;
        self.core.on_time(self.now, SHARD);
        waited
    }

    /// Nothing is wanted now.
    pub(super) fn is_quiet(&mut self) -> bool {
        self.next().is_none()
    }
}
