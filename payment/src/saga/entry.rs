//! A task, and how far it is.

use std::collections::VecDeque;

use engine::LogTime;
use engine::vocabulary::saga::{Finding, Step, Task};

use super::alarm::Trouble;
use super::course::Course;
use crate::client::Endpoint;

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
    /// The provider told of news while it was being called: what it answers may be older.
    pub(super) news: bool,
}

impl Entry {
    pub(super) fn new(task: Task, said: Option<Finding>, now: LogTime) -> Entry {
        Entry {
            task,
            course: Course::default(),
            phase: Phase::Waiting(now),
            findings: VecDeque::new(),
            said,
            trouble: None,
            news: false,
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
        if self.findings.is_empty() && self.task.noticed && !self.news {
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
