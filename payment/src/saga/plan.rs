//! What is to be done next for a task, from the task, the way so far, and the time.

use engine::LogTime;
use engine::vocabulary::saga::{Finding, Step, Task};
use engine::vocabulary::text::IntentId;

use super::course::{Course, Look, keys_are_old};
use super::word;
use crate::client::Call;

/// What is to be done next.
#[derive(Debug)]
pub(super) enum Next {
    /// The payment may begin when its first call is about to have its turn.
    Begin,
    /// This is known without asking.
    Report(Finding),
    /// The provider is called.
    Call(Call),
    /// Nothing, for the time being.
    Rest,
}

/// Plans. Everything that is sent is made of the task; the course only says which of the things that the task allows.
pub(super) fn next(task: &Task, course: &Course, now: LogTime) -> Next {
    let (late, spent) = (now >= task.due, course.spent);
    match &task.step {
        // Late, the state itself gives the try up; until then there is nothing to be gained.
        Step::Begin if late => Next::Rest,
        Step::Begin => Next::Begin,
        // The key is forgotten. Whatever was created under it was never confirmed, and can be told off.
        Step::Create { .. } if keys_are_old(task, now) => {
            Next::Report(Finding::Rejected(word::code("try_too_old")))
        }
        Step::Create { .. } if late => Next::Rest,
        Step::Create { method } => Next::Call(Call::create(task, method, spent)),
        // Late, nothing is confirmed any more; what a confirmation came to can still be seen.
        Step::Confirm { intent, .. } if late || course.must_look(task, now) => look(task, intent),
        Step::Confirm { intent, method, return_url } => {
            Next::Call(Call::confirm(task, intent, method, return_url.as_ref(), spent))
        }
        Step::Watch { intent } => look(task, intent),
        Step::Capture { intent, .. } | Step::Cancel { intent } if course.must_look(task, now) => {
            look(task, intent)
        }
        Step::Capture { intent, order } => Next::Call(Call::capture(task, intent, *order, spent)),
        Step::Cancel { intent } => Next::Call(Call::cancel(task, intent, spent)),
        Step::Recheck { .. } if late => Next::Rest,
        Step::Compensate { intent, .. } if course.look == Look::Taken => look(task, intent),
        Step::Compensate { intent, .. } if course.look == Look::Refunds => list(task, intent, course),
        Step::Compensate { made: Some(made), .. }
        | Step::Refund { made: Some(made), .. }
        | Step::Recheck { made, .. } => Next::Call(Call::get_refund(&task.account, made)),
        // Always from the list: a refund that failed is followed by another, and its place in the list is its key.
        Step::Compensate { intent, made: None } if course.look != Look::Done => list(task, intent, course),
        Step::Compensate { intent, made: None } => {
            Next::Call(Call::compensate(task, intent, course.refunds.len(), spent))
        }
        Step::Refund { intent, made: None, .. } if course.must_look(task, now) => list(task, intent, course),
        Step::Refund { refund, intent, amount, made: None } => {
            Next::Call(Call::refund(task, *refund, intent, *amount, spent))
        }
    }
}

fn look(task: &Task, intent: &IntentId) -> Next {
    Next::Call(Call::get_intent(&task.account, intent))
}

fn list(task: &Task, intent: &IntentId, course: &Course) -> Next {
    let after = course.refunds.last().map(|refund| refund.id.as_str());
    Next::Call(Call::list_refunds(&task.account, intent, after))
}
