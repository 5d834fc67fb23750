//! What a refund, a list of refunds, or a refusal to give one means for a task.

use engine::RefundId;
use engine::vocabulary::saga::{Finding, Step};
use engine::vocabulary::text::ProviderRefundId;

use super::alarm::Trouble;
use super::course::Look;
use super::judge::Judge;
use super::ruling::Ruling;
use super::word;
use crate::client::{Intent, IntentStatus, Page, Refund, RefundState};

/// No intent has more refunds than this, or somebody plays with us.
const LISTED_MAX: usize = 1_000;
/// The intent is not there: a wrong key, and nothing that is true of the refund.
const MISSING: &str = "resource_missing";
const ALREADY_REFUNDED: &str = "charge_already_refunded";
/// What a compensation fails with whose refund arrived and whose others failed: our word.
const INCOMPLETE: &str = "refund_incomplete";

/// What a task wants with money that goes back.
enum Wanted {
    Compensation { made: bool },
    Refund { id: RefundId, made: bool },
}

/// The provider shows a refund.
pub(super) fn done(judge: &mut Judge<'_>, refund: &Refund) -> Ruling {
    let Some(wanted) = wanted(judge) else { return judge.unusable("a refund for no step") };
    let is_whole = refund.amount.is_none_or(|amount| amount >= judge.task.price.amount);
    match wanted {
        Wanted::Compensation { made } if refund.status == RefundState::Succeeded && !is_whole => {
            part(judge, made, refund)
        }
        wanted => known(judge, &wanted, refund),
    }
}

/// A refund of less than the price arrived: whether all that was taken is back, the others and the intent tell.
fn part(judge: &mut Judge<'_>, made: bool, refund: &Refund) -> Ruling {
    if is_recheck(&judge.task.step) {
        return Ruling::Rest;
    }
    if made {
        judge.course.look_first();
        judge.course.look = Look::Refunds;
        return Ruling::GoOn;
    }
    match ProviderRefundId::new(&refund.id) {
        Ok(id) => Ruling::Report(vec![Finding::CompensationMade(id)]),
        Err(_) => judge.unusable("a refund's id that is none"),
    }
}

/// What is known by a refund that stands for all that the task wants.
fn known(judge: &mut Judge<'_>, wanted: &Wanted, refund: &Refund) -> Ruling {
    if let RefundState::Unknown(status) = &refund.status {
        judge.troubles.push(Trouble::UnknownStatus(status.clone()));
    }
    let Ok(id) = ProviderRefundId::new(&refund.id) else {
        return judge.unusable("a refund's id that is none");
    };
    let mut findings = Vec::with_capacity(2);
    match wanted {
        Wanted::Compensation { made: false } => findings.push(Finding::CompensationMade(id)),
        Wanted::Refund { id: refund, made: false } => findings.push(Finding::RefundMade(*refund, id)),
        _ => {}
    }
    findings.extend(end(judge, wanted, refund));
    if findings.is_empty() { Ruling::Rest } else { Ruling::Report(findings) }
}

/// What the refund came to, if it is at its end.
fn end(judge: &mut Judge<'_>, wanted: &Wanted, refund: &Refund) -> Option<Finding> {
    let finding = match (&refund.status, wanted) {
        (RefundState::Pending | RefundState::Unknown(_), _) => return None,
        (RefundState::Succeeded, _) if is_recheck(&judge.task.step) => return None,
        (RefundState::Succeeded, Wanted::Compensation { .. }) => return Some(Finding::Compensated),
        (RefundState::Succeeded, Wanted::Refund { id, .. }) => return Some(Finding::RefundSucceeded(*id)),
        (_, wanted) => failed(wanted, refund.failure_reason.as_deref().unwrap_or("refund_failed")),
    };
    let reason = refund.failure_reason.clone();
    judge.troubles.push(Trouble::RefundFailed(reason.unwrap_or_else(|| "refund_failed".to_owned())));
    Some(finding)
}

/// Whether it was known that the refund had arrived.
fn is_recheck(step: &Step) -> bool {
    matches!(step, Step::Recheck { .. })
}

fn failed(wanted: &Wanted, reason: &str) -> Finding {
    match wanted {
        Wanted::Compensation { .. } => Finding::CompensationFailed(word::code(reason)),
        Wanted::Refund { id, .. } => Finding::RefundFailed(*id, word::code(reason)),
    }
}

/// The provider shows a page of the intent's refunds.
pub(super) fn listed(judge: &mut Judge<'_>, page: Page<Refund>) -> Ruling {
    let more = page.has_more && !page.data.is_empty();
    judge.course.refunds.extend(page.data);
    if more && judge.course.refunds.len() < LISTED_MAX {
        return Ruling::GoOn;
    }
    if more {
        return judge.unusable("more than a thousand refunds of one intent");
    }
    match wanted(judge) {
        Some(Wanted::Compensation { made }) => compensation(judge, made),
        Some(Wanted::Refund { id, .. }) => own(judge, id),
        None => judge.unusable("a list of refunds for no step"),
    }
}

/// All refunds of a charge that is to be undone were seen. If any bring money back, it is to be seen how much was taken.
fn compensation(judge: &mut Judge<'_>, made: bool) -> Ruling {
    if judge.course.refunds.iter().any(Refund::is_live) {
        judge.course.look = Look::Taken;
        return Ruling::GoOn;
    }
    incomplete(judge, made)
}

/// The provider shows the intent of a charge that is to be undone: whether all that was taken is on its way back already, by
/// whichever refunds. That may be less than the price, if somebody captured a part of the hold in the provider's dashboard.
pub(super) fn taken(judge: &mut Judge<'_>, intent: &Intent) -> Ruling {
    let made = match (wanted(judge), &judge.task.step) {
        (Some(Wanted::Compensation { made }), Step::Compensate { intent: own, .. })
            if **own == *intent.id =>
        {
            made
        }
        _ => return judge.unusable("an intent for no step"),
    };
    let received = intent.amount_received.filter(|_| intent.status == IntentStatus::Succeeded);
    let goal = received.unwrap_or(judge.task.price.amount);
    let live = || judge.course.refunds.iter().filter(|refund| refund.is_live());
    let back: u64 = live().map(|refund| refund.amount.unwrap_or(0)).fold(0, u64::saturating_add);
    let slowest = live().min_by_key(|refund| refund.status == RefundState::Succeeded).cloned();
    match slowest.filter(|_| back >= goal) {
        Some(refund) => {
            judge.course.look_first();
            known(judge, &Wanted::Compensation { made }, &refund)
        }
        None => incomplete(judge, made),
    }
}

/// Some of the money is not on its way back. Another refund is made; those that failed before it are reason to wait. If one
/// is held to be the last, it is not: the state makes room for another.
fn incomplete(judge: &mut Judge<'_>, made: bool) -> Ruling {
    if made {
        judge.troubles.push(Trouble::RefundFailed(INCOMPLETE.to_owned()));
        return Ruling::Report(vec![Finding::CompensationFailed(word::code(INCOMPLETE))]);
    }
    let earlier = u32::try_from(judge.course.refunds.len()).unwrap_or(u32::MAX);
    judge.course.failures = judge.course.failures.max(earlier);
    judge.course.wait |= earlier > 0;
    judge.act()
}

/// Whether the operator's refund is there already.
fn own(judge: &mut Judge<'_>, id: RefundId) -> Ruling {
    let name = id.to_string();
    let ours = |refund: &&Refund| refund.metadata("refund") == Some(&name);
    if let Some(refund) = judge.course.refunds.iter().find(ours).cloned() {
        return done(judge, &refund);
    }
    match judge.course.refusal.take() {
        Some(refusal) => {
            judge.troubles.push(Trouble::RefundFailed(refusal.code.to_string()));
            Ruling::Report(vec![Finding::RefundFailed(id, refusal.code)])
        }
        None => judge.act(),
    }
}

/// The provider does not give the refund.
pub(super) fn refused(judge: &mut Judge<'_>, word: &str) -> Ruling {
    let made = match wanted(judge) {
        Some(Wanted::Refund { .. }) if word != MISSING => return judge.look_why(word, true),
        Some(Wanted::Compensation { made } | Wanted::Refund { made, .. }) => made,
        None => return judge.unusable("a refund for no step"),
    };
    if word != ALREADY_REFUNDED {
        judge.troubles.push(Trouble::Refused(word.to_owned()));
    }
    if !made {
        // The refusal is remembered for the key; it is passed over once the list shows what is true.
        judge.course.spent = judge.course.spent.saturating_add(1);
        judge.course.look_first();
    }
    Ruling::Again(None)
}

fn wanted(judge: &Judge<'_>) -> Option<Wanted> {
    match &judge.task.step {
        Step::Compensate { made, .. } => Some(Wanted::Compensation { made: made.is_some() }),
        Step::Refund { refund, made, .. } => Some(Wanted::Refund { id: *refund, made: made.is_some() }),
        Step::Recheck { refund: Some(refund), .. } => Some(Wanted::Refund { id: *refund, made: true }),
        Step::Recheck { refund: None, .. } => Some(Wanted::Compensation { made: true }),
        _ => None,
    }
}
