//! A task, and how far it is.

use std::collections::VecDeque;

use engine::LogTime;
use engine::vocabulary::saga::{Finding, Report, Step, Task};

use super::alarm::Trouble;
use super::course::Course;
use super::journal::Applied;
use crate::client::{Call, Endpoint};

/// What is going on with a task. At most one thing is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Phase {
    /// It is looked at again then.
    Waiting(LogTime),
    /// It waits for its turn to begin.
    InLine {
        /// Which wait.
        number: u64,
    },
    /// The provider is called.
    Calling {
        /// Which call.
        number: u64,
        /// Where.
        endpoint: Endpoint,
    },
    /// The first of the findings is being recorded.
    Reporting {
        /// Which report.
        number: u64,
    },
}

/// A task, and how far it is.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) task: Task,
    pub(super) course: Course,
    pub(super) phase: Phase,
    /// What is known and not recorded yet, in its order.
    pub(super) findings: VecDeque<Finding>,
    /// What was recorded last of this try.
    pub(super) said: Option<Finding>,
    /// What was the matter last, and was told.
    pub(super) trouble: Option<Trouble>,
    /// The last notice of the provider's that was heard of; the last that had been when the look began whose findings these
    /// are, for what it shows may be older than what came since; and the last that a recorded report settled. 0 for none.
    heard: u64,
    asked: u64,
    told: u64,
}

impl Entry {
    pub(super) fn new(task: Task, said: Option<Finding>, now: LogTime) -> Entry {
        Entry {
            heard: task.noticed.unwrap_or(0),
            asked: 0,
            told: 0,
            task,
            course: Course::default(),
            phase: Phase::Waiting(now),
            findings: VecDeque::new(),
            said,
            trouble: None,
        }
    }

    /// Takes the task as it is now, which asks for the same. Whether there is a notice that was not heard of.
    pub(super) fn renew(&mut self, task: Task) -> bool {
        let noticed = task.noticed.unwrap_or(0);
        let is_news = noticed > self.heard;
        self.heard = self.heard.max(noticed);
        self.task = task;
        is_news
    }

    /// This call is made now. What is read will be as new as the last notice, unless it adds to what was read before; what
    /// is done under a key may have been done long since, and be answered with what was then.
    pub(super) fn ask(&mut self, call: &Call) {
        if call.key().is_none() && !self.course.is_midway() {
            self.asked = self.heard;
        }
    }

    /// Whether a notice came after the look had begun: then it is looked again, from the beginning.
    pub(super) fn has_news(&self) -> bool {
        self.heard > self.asked
    }

    /// Looks again from the beginning, since there is news. Nothing is left to be recorded of what was seen before.
    pub(super) fn look_again(&mut self) {
        self.asked = self.heard;
        self.course.look_first();
    }

    /// What the first finding is reported as.
    pub(super) fn report(&self) -> Option<Report> {
        let finding = self.findings.front()?.clone();
        let Task { reservation, attempt, .. } = self.task;
        Some(Report { reservation, attempt, noticed: self.asked, finding })
    }

    /// The report of the first finding was recorded.
    pub(super) fn recorded(&mut self, applied: Applied) {
        if applied == Applied::Taken {
            self.told = self.told.max(self.asked);
        }
        match self.findings.pop_front() {
            Some(Finding::Unchanged | Finding::RefundUnchanged(_)) => {}
            said => self.said = said,
        }
    }

    /// Whether another task asks for the same: then what is going on goes on.
    pub(super) fn is_same_work(&self, task: &Task) -> bool {
        let of = |task: &Task| (task.attempt, task.account.clone(), task.price);
        of(&self.task) == of(task) && self.task.step == task.step
    }

    /// Whether it only looks whether what is done stays so.
    pub(super) fn is_recheck(&self) -> bool {
        matches!(self.task.step, Step::Recheck { .. })
    }

    /// What of `findings` is to be recorded. While an object is watched, what was said already is not said again; that
    /// it was looked at is, if somebody waits to hear it.
    pub(super) fn note(&mut self, findings: Vec<Finding>) {
        let watched = matches!(self.task.step, Step::Watch { .. });
        let known = |finding: &Finding| watched && is_passing(finding) && self.said.as_ref() == Some(finding);
        self.findings = findings.into_iter().filter(|finding| !known(finding)).collect();
        if self.findings.is_empty() && self.asked > self.told && !self.has_news() {
            self.findings.push_back(match &self.task.step {
                Step::Refund { refund, .. } => Finding::RefundUnchanged(*refund),
                _ => Finding::Unchanged,
            });
        }
    }
}

/// Whether a finding is of something that goes on.
fn is_passing(finding: &Finding) -> bool {
    matches!(finding, Finding::ActionRequired(_) | Finding::Processing)
}
