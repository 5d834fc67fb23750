//! What happens by itself: holds end, refunds settle.

use super::step::Step;
use crate::object::event::Snapshot;
use crate::object::intent::IntentStatus;
use crate::object::refund::RefundStatus;

/// What falls due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// The hold of this intent ends.
    Hold(String),
    /// This refund meets its fate.
    Refund(String),
}

/// Does what fell due at `at`. What was overtaken meanwhile changes nothing.
pub(crate) fn settle(step: &mut Step<'_>, at: i64, due: &Due) {
    match due {
        Due::Hold(intent) if step.book.hold_ends(intent) == Some(at) => expire(step, intent),
        Due::Refund(refund) => meet_fate(step, at, refund),
        Due::Hold(_) => {}
    }
}

/// The hold falls off the card: the provider cancels the intent.
fn expire(step: &mut Step<'_>, id: &str) {
    let Some(mut intent) = step.book.intents.get(id).cloned() else { return };
    let charge = intent.latest_charge.as_deref().and_then(|id| step.book.charges.get(id)).cloned();
    if let Some(mut charge) = charge {
        charge.expired = true;
        step.put_charge(charge.clone());
        step.emit("charge.expired", Snapshot::Charge(Box::new(charge)));
    }
    intent.status = IntentStatus::Canceled;
    intent.canceled_at = Some(step.seconds());
    intent.cancellation_reason = Some("expired".to_owned());
    step.put_intent(intent.clone());
    step.emit("payment_intent.canceled", Snapshot::Intent(Box::new(intent)));
}

/// A refund that was pending succeeds or fails; one that had succeeded comes back.
fn meet_fate(step: &mut Step<'_>, at: i64, id: &str) {
    let Some(mut refund) = step.book.refunds.get(id).cloned() else { return };
    let Some(fate) = refund.fate.filter(|fate| fate.at == at) else { return };
    refund.fate = None;
    refund.status = fate.status;
    let failed = fate.status == RefundStatus::Failed;
    if failed {
        refund.failure_reason = Some("expired_or_canceled_card".to_owned());
        if let Some(mut charge) = step.book.charges.get(&refund.charge).cloned() {
            charge.amount_refunded -= refund.amount;
            step.put_charge(charge);
        }
    }
    step.put_refund(refund.clone());
    let snapshot = || Snapshot::Refund(Box::new(refund.clone()));
    step.emit("charge.refund.updated", snapshot());
    step.emit("refund.updated", snapshot());
    if failed {
        step.emit("refund.failed", snapshot());
    }
}
