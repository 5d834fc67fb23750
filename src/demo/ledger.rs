//! The provider's own books, held against the orders: who paid, who was charged, and whose money went back.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use simulator::{AuditedIntent, Running};

use super::{Error, orders};
use crate::client::{Api, Order};

/// How long the money may take to be where it belongs after the sale: captures, and what is undone.
const SETTLED_WITHIN: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(200);

/// What the provider's books come to.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Charges that were captured.
    pub(super) captured: u64,
    /// Refunds that succeeded.
    pub(super) refunded: u64,
    /// Charges that were declined.
    pub(super) declined: u64,
    /// How often the provider misbehaved.
    pub(super) faults: u64,
    pub(super) violations: Vec<String>,
}

/// Waits until all money is settled, and compares.
pub(super) async fn reckon(provider: &Running, api: &Api) -> Result<Ledger, Error> {
    let start = Instant::now();
    loop {
        let orders = orders::all(api).await?;
        let intents: Vec<AuditedIntent> =
            provider.audit().accounts.into_iter().flat_map(|account| account.intents).collect();
        let violations = compare(&orders, &intents);
        if violations.is_empty() || start.elapsed() > SETTLED_WITHIN {
            let refunds = intents.iter().flat_map(|intent| &intent.refunds);
            let succeeded = refunds.filter(|refund| refund.status == simulator::RefundStatus::Succeeded);
            let captured = intents.iter().filter(|intent| intent.captured > 0);
            let charges = intents.iter().flat_map(|intent| &intent.charges);
            return Ok(Ledger {
                captured: captured.count() as u64,
                refunded: succeeded.count() as u64,
                declined: charges.filter(|charge| charge.decline_code.is_some()).count() as u64,
                faults: provider.faults_struck().into_iter().sum(),
                violations,
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// At most one net charge for each reservation, each of them an order's, and no money held for nothing.
fn compare(orders: &[Order], intents: &[AuditedIntent]) -> Vec<String> {
    let mut violations = Vec::new();
    let mut charged: BTreeMap<&str, Vec<&AuditedIntent>> = BTreeMap::new();
    for intent in intents {
        let reservation = intent.metadata.get("reservation").map_or("", String::as_str);
        if intent.captured > intent.refunded {
            charged.entry(reservation).or_default().push(intent);
        }
        if intent.status == simulator::IntentStatus::RequiresCapture {
            violations
                .push(format!("the card of {reservation} is held, and nothing comes of it: {}", intent.id));
        }
    }
    for order in orders {
        let found = charged.remove(order.reservation_id.as_str()).unwrap_or_default();
        let amounts: Vec<i64> = found.iter().map(|intent| intent.captured - intent.refunded).collect();
        if amounts.len() != 1 || amounts.first().copied() != i64::try_from(order.amount).ok() {
            violations.push(format!("the order {} of {} was charged {amounts:?}", order.id, order.amount));
        }
        if order.capture != "captured" {
            violations.push(format!("the capture of the order {} is {}", order.id, order.capture));
        }
    }
    let for_nothing = charged.into_iter();
    violations.extend(for_nothing.map(|(reservation, found)| {
        format!("the reservation {reservation} became no order and was charged {} times", found.len())
    }));
    violations
}
