//! What an intent, or a refusal to do something to it, means for a task.

use engine::LogTime;
use engine::vocabulary::saga::{Finding, Step, Task};
use engine::vocabulary::text::{DeclineCode, IntentId};

use super::alarm::Trouble;
use super::judge::Judge;
use super::ruling::Ruling;
use super::word;
use crate::client::{Intent, IntentStatus};

/// The state of an intent does not allow the step; what it is, is seen by looking.
const UNEXPECTED_STATE: &str = "payment_intent_unexpected_state";
/// The hold is over; nothing will ever be captured.
const EXPIRED: &str = "charge_expired_for_capture";
const ALREADY_CAPTURED: &str = "charge_already_captured";

/// The provider shows the intent.
pub(super) fn done(judge: &mut Judge<'_>, looked: bool, intent: &Intent) -> Ruling {
    if is_dead_of(judge.task, intent) {
        return Ruling::Report(vec![Finding::Cancelled]);
    }
    if !is_ours(judge.task, intent) {
        judge.troubles.push(Trouble::Foreign(intent.id.clone()));
        return match judge.task.step {
            Step::Create { .. } => Ruling::Report(vec![Finding::Rejected(word::code("intent_mismatch"))]),
            _ => Ruling::Again(None),
        };
    }
    if let IntentStatus::Unknown(status) = &intent.status {
        judge.troubles.push(Trouble::UnknownStatus(status.clone()));
        if !matches!(judge.task.step, Step::Create { .. }) {
            return Ruling::Rest;
        }
    }
    match judge.task.step {
        Step::Create { .. } => created(judge, intent),
        Step::Confirm { .. } | Step::Watch { .. } => authorizing(judge, looked, intent),
        Step::Capture { .. } => capturing(judge, looked, intent),
        Step::Cancel { .. } => cancelling(judge, looked, intent),
        Step::Begin | Step::Compensate { .. } | Step::Refund { .. } | Step::Recheck { .. } => {
            judge.unusable("an intent for no step")
        }
    }
}

/// The provider refused the step.
pub(super) fn refused(judge: &mut Judge<'_>, word: &str) -> Ruling {
    match judge.task.step {
        Step::Create { .. } => Ruling::Report(vec![Finding::Rejected(word::code(word))]),
        Step::Capture { .. } | Step::Cancel { .. } => {
            if !matches!(word, UNEXPECTED_STATE | EXPIRED | ALREADY_CAPTURED) {
                judge.troubles.push(Trouble::Refused(word.to_owned()));
            }
            // The refusal itself is remembered for the key: should the state allow the step later, the key would not.
            judge.course.spent = judge.course.spent.saturating_add(1);
            judge.course.wait = true;
            judge.look_why(word, word == EXPIRED)
        }
        _ => judge.look_why(word, false),
    }
}

/// The bank said no.
pub(super) fn declined(judge: &mut Judge<'_>, code: &str, intent: Option<&Intent>) -> Ruling {
    match judge.task.step {
        Step::Confirm { .. } => match intent {
            Some(intent) if is_ours(judge.task, intent) && !waits_for_a_card(&intent.status) => {
                authorizing(judge, false, intent)
            }
            _ => Ruling::Report(vec![Finding::Declined(word::code(code))]),
        },
        Step::Capture { .. } => judge.look_why(code, true),
        _ => refused(judge, code),
    }
}

fn waits_for_a_card(status: &IntentStatus) -> bool {
    matches!(
        status,
        IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation | IntentStatus::Unknown(_)
    )
}

fn created(judge: &mut Judge<'_>, intent: &Intent) -> Ruling {
    match IntentId::new(&intent.id) {
        Ok(id) => Ruling::Report(vec![Finding::Created(id)]),
        Err(_) => judge.unusable("an intent's id that is none"),
    }
}

fn authorizing(judge: &mut Judge<'_>, looked: bool, intent: &Intent) -> Ruling {
    let finding = match &intent.status {
        IntentStatus::RequiresCapture => Finding::Authorized { capture_before: capture_before(intent) },
        IntentStatus::RequiresAction => match word::next_action(intent) {
            Some(action) => Finding::ActionRequired(action),
            None => return Ruling::Rest,
        },
        IntentStatus::Processing => Finding::Processing,
        IntentStatus::Succeeded => Finding::Captured,
        IntentStatus::Canceled => Finding::Cancelled,
        IntentStatus::RequiresPaymentMethod => {
            Finding::Declined(why(judge, intent.decline(), "payment_failed"))
        }
        IntentStatus::RequiresConfirmation => return unconfirmed(judge, looked),
        IntentStatus::Unknown(_) => return Ruling::Rest,
    };
    Ruling::Report(vec![finding])
}

/// Whatever was sent, the intent was not confirmed.
fn unconfirmed(judge: &mut Judge<'_>, looked: bool) -> Ruling {
    match (&judge.task.step, &judge.course.refusal) {
        (Step::Watch { .. }, _) => Ruling::Rest,
        (_, Some(refusal)) => Ruling::Report(vec![Finding::Rejected(refusal.code.clone())]),
        _ if !looked => Ruling::Again(None),
        _ if judge.now >= judge.task.due => Ruling::Rest,
        _ => judge.act(),
    }
}

fn capturing(judge: &mut Judge<'_>, looked: bool, intent: &Intent) -> Ruling {
    let is_final = judge.course.refusal.as_ref().is_some_and(|refusal| refusal.is_final);
    let failed = match &intent.status {
        IntentStatus::Succeeded => return Ruling::Report(vec![Finding::Captured]),
        IntentStatus::Processing | IntentStatus::Unknown(_) => return Ruling::Rest,
        IntentStatus::RequiresCapture if !is_final => {
            return if looked { judge.act() } else { Ruling::Again(None) };
        }
        IntentStatus::Canceled => why(judge, intent.cancellation_reason.as_deref(), "canceled"),
        _ => why(judge, intent.decline(), "hold_lost"),
    };
    judge.troubles.push(Trouble::CaptureFailed(failed.to_string()));
    Ruling::Report(vec![Finding::CaptureFailed(failed)])
}

fn cancelling(judge: &mut Judge<'_>, looked: bool, intent: &Intent) -> Ruling {
    match &intent.status {
        IntentStatus::Canceled => Ruling::Report(vec![Finding::Cancelled]),
        IntentStatus::Succeeded => Ruling::Report(vec![Finding::Captured]),
        IntentStatus::Processing | IntentStatus::Unknown(_) => Ruling::Rest,
        _ if looked => judge.act(),
        _ => {
            judge.course.look_first();
            Ruling::Again(None)
        }
    }
}

/// Why it did not do: what was said to us, or else what the object tells.
fn why(judge: &Judge<'_>, told: Option<&str>, otherwise: &str) -> DeclineCode {
    let refusal = judge.course.refusal.as_ref().filter(|refusal| refusal.is_final || told.is_none());
    refusal.map_or_else(|| word::code(told.unwrap_or(otherwise)), |refusal| refusal.code.clone())
}

fn capture_before(intent: &Intent) -> Option<LogTime> {
    intent.capture_before().map(|seconds| LogTime(seconds.saturating_mul(1_000)))
}

/// Whether the intent that is to be cancelled is dead, whatever somebody made of its amount before.
fn is_dead_of(task: &Task, intent: &Intent) -> bool {
    let is_it = matches!(&task.step, Step::Cancel { intent: ours } if **ours == *intent.id);
    is_it && intent.status == IntentStatus::Canceled
}

/// Whether the intent is the one of this task, as far as it tells.
fn is_ours(task: &Task, intent: &Intent) -> bool {
    let id = match &task.step {
        Step::Confirm { intent, .. }
        | Step::Watch { intent }
        | Step::Capture { intent, .. }
        | Step::Cancel { intent } => Some(intent),
        _ => None,
    };
    let currency = task.price.currency.to_string();
    id.is_none_or(|id| **id == *intent.id)
        && intent.amount.is_none_or(|amount| amount == task.price.amount)
        && intent.currency.as_ref().is_none_or(|of| *of == currency)
}
