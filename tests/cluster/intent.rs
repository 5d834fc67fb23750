//! The provider's ledger, one intent a line, with what the invariants want to know of it.

use std::time::{Duration, SystemTime};

use simulator::{AccountAudit, AuditedIntent, IntentStatus, RefundStatus};

/// An intent, as the provider's own ledger has it. Amounts are in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Intent {
    pub(crate) account: String,
    pub(crate) id: String,
    /// The how-manieth of the provider it is, over all accounts.
    pub(crate) number: u64,
    /// Which reservation it is to pay, by the word of whoever made it.
    pub(crate) reservation: String,
    pub(crate) status: IntentStatus,
    pub(crate) created: SystemTime,
    /// How often a bank was asked for the money, and how many refunds there are, whatever came of them.
    pub(crate) charges: usize,
    pub(crate) refunds: usize,
    pub(crate) captured: i64,
    /// What went back, by refunds that succeeded and have not failed since.
    pub(crate) refunded: i64,
    /// What is on its way back.
    pub(crate) refunding: i64,
    /// When refunds end or fail by themselves, on their way back or there already.
    pub(crate) changes: Vec<SystemTime>,
}

impl Intent {
    /// Those of an account.
    pub(crate) fn of(account: &AccountAudit) -> impl Iterator<Item = Intent> {
        account.intents.iter().map(|intent| Intent::read(&account.account, intent))
    }

    fn read(account: &str, intent: &AuditedIntent) -> Intent {
        let pending = intent.refunds.iter().filter(|refund| refund.status == RefundStatus::Pending);
        Intent {
            account: account.to_owned(),
            id: intent.id.clone(),
            number: intent.order,
            reservation: intent.metadata.get("reservation").cloned().unwrap_or_default(),
            status: intent.status,
            created: SystemTime::UNIX_EPOCH + Duration::from_secs(intent.created.unsigned_abs()),
            charges: intent.charges.len(),
            refunds: intent.refunds.len(),
            captured: intent.captured,
            refunded: intent.refunded,
            refunding: pending.map(|refund| refund.amount).sum(),
            changes: intent.refunds.iter().filter_map(|refund| Some(moment(refund.changes_at?))).collect(),
        }
    }

    /// What the shop has of it.
    pub(crate) fn net(&self) -> i64 {
        self.captured - self.refunded
    }

    /// Whether a buyer's money is on hold.
    pub(crate) fn holds_money(&self) -> bool {
        self.status == IntentStatus::RequiresCapture
    }
}

fn moment(ms: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(ms.unsigned_abs())
}

/// An intent for the unit tests of invariants.
#[cfg(test)]
pub(crate) fn noted(reservation: &str, status: IntentStatus, captured: i64, refunded: i64) -> Intent {
    Intent {
        account: "acct".to_owned(),
        id: format!("pi-{reservation}"),
        number: 1,
        reservation: reservation.to_owned(),
        status,
        created: SystemTime::UNIX_EPOCH,
        charges: 1,
        refunds: usize::from(refunded > 0),
        captured,
        refunded,
        refunding: 0,
        changes: Vec::new(),
    }
}
