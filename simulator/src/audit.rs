//! The audit: what the ledger says about every intent, charge, refund and key, in the simulator's own words, for
//! comparison with what a client believes.

use std::collections::HashMap;

use serde::Serialize;

use crate::book::AccountBook;
use crate::object::charge::{Charge, ChargeStatus};
use crate::object::intent::{Intent, IntentStatus, Metadata};
use crate::object::refund::{Refund, RefundStatus};

/// The books of all accounts.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// In the order of the options.
    pub accounts: Vec<AccountAudit>,
}

/// The books of one account.
#[derive(Clone, Debug, Serialize)]
pub struct AccountAudit {
    /// The account's id.
    pub account: String,
    /// What it comes to.
    pub totals: Totals,
    /// Every intent, the oldest first.
    pub intents: Vec<AuditedIntent>,
    /// Every idempotency key that is remembered, the oldest first.
    pub keys: Vec<AuditedKey>,
}

/// What the books of an account come to. Amounts are in minor units, all currencies together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// How many intents there are.
    pub intents: u64,
    /// How many of them have money on hold now.
    pub held: u64,
    /// How many charges were captured.
    pub captured_charges: u64,
    /// How much was captured.
    pub captured: i64,
    /// How many refunds have succeeded, as far as is known now.
    pub refunds: u64,
    /// How much of it was given back by refunds that succeeded.
    pub refunded: i64,
    /// How much is on its way back.
    pub refund_pending: i64,
    /// How many events there were.
    pub events: u64,
    /// How many webhook deliveries are owed.
    pub deliveries_owed: u64,
    /// How many idempotency keys are remembered.
    pub keys: u64,
    /// What cannot be: empty unless the simulator itself is wrong.
    pub violations: Vec<String>,
}

/// An intent with its charges and refunds.
#[derive(Clone, Debug, Serialize)]
pub struct AuditedIntent {
    /// Its id.
    pub id: String,
    /// The how-manieth of the simulator it is.
    pub order: u64,
    /// Where it stands.
    pub status: IntentStatus,
    /// What was asked for.
    pub amount: i64,
    /// In which currency.
    pub currency: String,
    /// What was taken.
    pub captured: i64,
    /// What was given back by refunds that succeeded.
    pub refunded: i64,
    /// Seconds since the Unix epoch.
    pub created: i64,
    /// What the client keeps with it.
    pub metadata: Metadata,
    /// One for each time that a card was asked.
    pub charges: Vec<AuditedCharge>,
    /// Refunds of all charges.
    pub refunds: Vec<AuditedRefund>,
}

/// A charge.
#[derive(Clone, Debug, Serialize)]
pub struct AuditedCharge {
    /// Its id.
    pub id: String,
    /// How it came out.
    pub status: ChargeStatus,
    /// What was authorized, or declined.
    pub amount: i64,
    /// Whether it was captured.
    pub captured: bool,
    /// What was captured.
    pub amount_captured: i64,
    /// Whether its hold ended by itself.
    pub expired: bool,
    /// Why it was declined.
    pub decline_code: Option<String>,
}

/// A refund.
#[derive(Clone, Debug, Serialize)]
pub struct AuditedRefund {
    /// Its id.
    pub id: String,
    /// Of which charge.
    pub charge: String,
    /// How much.
    pub amount: i64,
    /// Where it stands.
    pub status: RefundStatus,
    /// When that changes by itself, in milliseconds of the simulator's clock. A card's bank may return what succeeded.
    pub changes_at: Option<i64>,
    /// What the client keeps with it.
    pub metadata: Metadata,
}

/// An idempotency key.
#[derive(Clone, Debug, Serialize)]
pub struct AuditedKey {
    /// The key.
    pub key: String,
    /// On which path it was used.
    pub path: String,
    /// The status that is given again.
    pub status: u16,
    /// The request that was executed.
    pub request: String,
    /// Milliseconds since the Unix epoch.
    pub at: i64,
}

impl AccountAudit {
    /// The whole books.
    pub(crate) fn of(book: &AccountBook) -> AccountAudit {
        AccountAudit {
            account: book.id.clone(),
            totals: totals(book),
            intents: intents(book, 0, usize::MAX),
            keys: keys(book).collect(),
        }
    }
}

/// What the books come to, and what in them cannot be.
pub(crate) fn totals(book: &AccountBook) -> Totals {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let mut totals = Totals {
        intents: count(book.intents.rows().len()),
        events: count(book.events.rows().len()),
        deliveries_owed: count(book.deliveries.len()),
        keys: count(book.keys.records().count()),
        ..Totals::default()
    };
    let mut captured_of: HashMap<&str, u64> = HashMap::new();
    for charge in book.charges.rows() {
        if charge.captured {
            totals.captured_charges += 1;
            totals.captured += charge.amount_captured;
            *captured_of.entry(&charge.intent).or_default() += 1;
        }
        totals.violations.extend(wrong_with(book, charge));
    }
    for refund in book.refunds.rows() {
        match refund.status {
            RefundStatus::Succeeded => {
                totals.refunds += 1;
                totals.refunded += refund.amount;
            }
            RefundStatus::Pending => totals.refund_pending += refund.amount,
            RefundStatus::Failed => {}
        }
    }
    for intent in book.intents.rows() {
        totals.held += u64::from(intent.status == IntentStatus::RequiresCapture);
        let captured = captured_of.get(intent.id.as_str()).copied().unwrap_or(0);
        if captured != u64::from(intent.status == IntentStatus::Succeeded) {
            let status = intent.status.word();
            totals.violations.push(format!("{} is {status} and has {captured} captured charges", intent.id));
        }
    }
    totals
}

/// What cannot be about a charge.
fn wrong_with(book: &AccountBook, charge: &Charge) -> Option<String> {
    let refunds = charge.refunds.iter().filter_map(|id| book.refunds.get(id));
    let given_back: i64 =
        refunds.filter(|refund| refund.status != RefundStatus::Failed).map(|refund| refund.amount).sum();
    if charge.captured && given_back != charge.amount_refunded {
        return Some(format!(
            "{} says {} refunded, its refunds {given_back}",
            charge.id, charge.amount_refunded
        ));
    }
    let sound = charge.amount_captured <= charge.amount && given_back <= charge.amount_captured;
    (!sound).then(|| format!("{} gave back {given_back} of {} captured", charge.id, charge.amount_captured))
}

/// A page of intents, the oldest first.
pub(crate) fn intents(book: &AccountBook, from: usize, limit: usize) -> Vec<AuditedIntent> {
    let mut charges: HashMap<&str, Vec<&Charge>> = HashMap::new();
    for charge in book.charges.rows() {
        charges.entry(&charge.intent).or_default().push(charge);
    }
    let page = book.intents.rows().iter().skip(from).take(limit);
    page.map(|intent| {
        let charges = charges.get(intent.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        audited(book, intent, charges)
    })
    .collect()
}

fn audited(book: &AccountBook, intent: &Intent, charges: &[&Charge]) -> AuditedIntent {
    let ids = charges.iter().flat_map(|charge| &charge.refunds);
    let refunds: Vec<&Refund> = ids.filter_map(|id| book.refunds.get(id)).collect();
    let succeeded = refunds.iter().filter(|refund| refund.status == RefundStatus::Succeeded);
    AuditedIntent {
        id: intent.id.clone(),
        order: intent.order,
        status: intent.status,
        amount: intent.amount,
        currency: intent.currency.clone(),
        captured: charges.iter().map(|charge| charge.amount_captured).sum(),
        refunded: succeeded.map(|refund| refund.amount).sum(),
        created: intent.created,
        metadata: intent.metadata.clone(),
        charges: charges.iter().map(|charge| audited_charge(charge)).collect(),
        refunds: refunds.into_iter().map(audited_refund).collect(),
    }
}

fn audited_charge(charge: &Charge) -> AuditedCharge {
    AuditedCharge {
        id: charge.id.clone(),
        status: charge.status,
        amount: charge.amount,
        captured: charge.captured,
        amount_captured: charge.amount_captured,
        expired: charge.expired,
        decline_code: charge.decline_code.clone(),
    }
}

fn audited_refund(refund: &Refund) -> AuditedRefund {
    AuditedRefund {
        id: refund.id.clone(),
        charge: refund.charge.clone(),
        amount: refund.amount,
        status: refund.status,
        changes_at: refund.fate.map(|fate| fate.at),
        metadata: refund.metadata.clone(),
    }
}

/// The keys that are remembered, the oldest first.
pub(crate) fn keys(book: &AccountBook) -> impl Iterator<Item = AuditedKey> {
    book.keys.records().map(|record| AuditedKey {
        key: record.key.clone(),
        path: record.path.clone(),
        status: record.status,
        request: record.request.clone(),
        at: record.at,
    })
}
