//! The money of an intent, in minor units.

use crate::client::{Intent, IntentStatus, Refund, RefundState};

/// What was taken, whatever went back.
pub(super) fn received(intent: &Intent) -> u64 {
    let taken = intent.status == IntentStatus::Succeeded;
    intent.amount_received.or(intent.amount.filter(|_| taken)).unwrap_or(0)
}

/// What went back, or is on its way: the provider does not tell these apart at the intent.
pub(super) fn refunded(intent: &Intent) -> u64 {
    intent.charge().and_then(|charge| charge.amount_refunded).unwrap_or(0)
}

/// What the provider took and did not give back.
pub(super) fn kept(intent: &Intent) -> u64 {
    if intent.status == IntentStatus::Succeeded {
        received(intent).saturating_sub(refunded(intent))
    } else {
        0
    }
}

/// What it holds on a card, and may yet take.
pub(super) fn held(intent: &Intent) -> u64 {
    if intent.status == IntentStatus::RequiresCapture { intent.amount.unwrap_or(0) } else { 0 }
}

/// What went back by the provider's books.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Back {
    /// For certain.
    pub(super) arrived: u64,
    /// Beside that, what is on its way by the provider's books or by ours.
    pub(super) on_its_way: u64,
}

impl Back {
    /// What the intent alone tells.
    pub(super) fn told_by(intent: &Intent) -> Back {
        Back { arrived: refunded(intent), on_its_way: 0 }
    }

    /// And this refund.
    pub(super) fn with(self, refund: &Refund, is_on_its_way: bool) -> Back {
        let amount = refund.amount.filter(|_| refund.is_live()).unwrap_or(0);
        match is_on_its_way {
            true => Back { on_its_way: self.on_its_way.saturating_add(amount), ..self },
            false => Back { arrived: self.arrived.saturating_add(amount), ..self },
        }
    }

    /// All of it.
    pub(super) fn total(self) -> u64 {
        self.arrived.saturating_add(self.on_its_way)
    }

    /// Whether this much may be what arrived.
    pub(super) fn may_be(self, refunded: u64) -> bool {
        (self.arrived..=self.total()).contains(&refunded)
    }
}

/// Whether the provider itself says that a refund is on its way.
pub(super) fn is_pending(refund: &Refund) -> bool {
    matches!(refund.status, RefundState::Pending | RefundState::Unknown(_))
}
