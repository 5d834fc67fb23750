//! A reservation's state in memory, as far as the saga sees it: a step, and how reports turn it.

use engine::vocabulary::saga::{Finding, Report, Step, Task};
use engine::vocabulary::text::IntentId;

use super::author::{card, create, order, task};
use crate::saga::Applied;

#[derive(Debug)]
pub(super) struct Book {
    pub(super) step: Option<Step>,
    /// The payment was given up: nothing may be kept.
    pub(super) given_up: bool,
}

impl Book {
    pub(super) fn new() -> Book {
        Book { step: Some(Step::Begin), given_up: false }
    }

    pub(super) fn task(&self) -> Option<Task> {
        self.step.clone().map(task)
    }

    /// Compares a report with the state, and takes it in if it fits.
    pub(super) fn apply(&mut self, report: &Report) -> Applied {
        let Some(step) = self.step.clone() else { return Applied::Stale };
        let next = match (step, report.finding.clone()) {
            (Step::Begin, Finding::Begun) => Some(create()),
            (Step::Create { .. }, Finding::Created(intent)) => {
                Some(Step::Confirm { intent, method: card(), return_url: None })
            }
            (Step::Confirm { .. } | Step::Watch { .. }, Finding::Begun | Finding::Created(_)) => {
                return Applied::Stale;
            }
            (Step::Confirm { intent, .. } | Step::Watch { intent }, finding) => {
                after_confirmation(intent, &finding)
            }
            (Step::Capture { .. }, Finding::Captured) => None,
            (Step::Cancel { .. }, Finding::Cancelled) => None,
            (Step::Cancel { intent }, Finding::Captured) => Some(Step::Compensate { intent, made: None }),
            (Step::Compensate { intent, made: None }, Finding::CompensationMade(made)) => {
                Some(Step::Compensate { intent, made: Some(made) })
            }
            (Step::Compensate { made: Some(_), .. }, Finding::Compensated) => None,
            (Step::Compensate { intent, made: Some(_) }, Finding::CompensationFailed(_)) => {
                Some(Step::Compensate { intent, made: None })
            }
            (Step::Capture { .. }, Finding::CaptureFailed(code)) => panic!("the capture failed: {code}"),
            (Step::Create { .. }, Finding::Rejected(code)) => panic!("the try was rejected: {code}"),
            _ => return Applied::Stale,
        };
        self.step = next;
        Applied::Taken
    }

    /// The payment's time is up. What was confirmed may be authorized, and is cancelled; an order stands.
    pub(super) fn give_up(&mut self) {
        let next = match self.step.take() {
            Some(Step::Begin | Step::Create { .. }) => None,
            Some(Step::Confirm { intent, .. } | Step::Watch { intent }) => Some(Step::Cancel { intent }),
            other => {
                self.step = other;
                return;
            }
        };
        self.step = next;
        self.given_up = true;
    }
}

fn after_confirmation(intent: IntentId, finding: &Finding) -> Option<Step> {
    match finding {
        Finding::Authorized { .. } => Some(Step::Capture { intent, order: order() }),
        Finding::Processing | Finding::ActionRequired(_) => Some(Step::Watch { intent }),
        other => panic!("a good card gives no {other:?}"),
    }
}
