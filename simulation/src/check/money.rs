//! I4 and I5: nobody is charged twice, and money and orders go together; by the bank's own books.

use std::collections::BTreeMap;

use engine::view::{Capture, OrderStatus, OrderView};
use engine::{Event, Fact, OrderId};
use simulator::{Audit, AuditedIntent, IntentStatus, RefundStatus};

/// All orders, as they are by now.
#[derive(Debug, Default)]
pub(crate) struct Money {
    orders: BTreeMap<OrderId, OrderView>,
}

impl Money {
    /// Takes in what happened.
    pub(crate) fn happened(&mut self, events: &[Event]) {
        for event in events {
            if let Fact::Order(view) = &event.fact {
                self.orders.insert(view.id, (**view).clone());
            }
        }
    }

    /// What is wrong when all is settled.
    pub(crate) fn violations(&self, books: &Audit) -> Vec<String> {
        let mut violations = charged_twice(books);
        let paid: Vec<&OrderView> =
            self.orders.values().filter(|order| order.capture != Capture::External).collect();
        let by_payment: BTreeMap<&str, &OrderView> =
            paid.iter().map(|order| (payment(order), *order)).collect();
        if by_payment.len() != paid.len() {
            violations.push("I5: two orders are paid by one charge".to_owned());
        }
        for account in &books.accounts {
            violations.extend(account.totals.violations.iter().map(|what| format!("the bank: {what}")));
        }
        for intent in intents(books) {
            if intent.status == IntentStatus::RequiresCapture {
                violations.push(format!("I5: money is on hold when all is settled: {intent:?}"));
            }
            if net(intent) > 0 && !by_payment.contains_key(intent.id.as_str()) {
                violations.push(format!("I5: charged, and there is no order: {intent:?}"));
            }
        }
        for order in paid {
            let intent = intents(books).find(|intent| intent.id == payment(order));
            if !intent.is_some_and(|intent| agree(order, intent)) {
                violations.push(format!("I5: an order is not what was charged: {order:?}, {intent:?}"));
            }
        }
        violations
    }
}

/// I4: at most one charge of a reservation was captured and not given back, and there is none of nobody.
pub(crate) fn charged_twice(books: &Audit) -> Vec<String> {
    let mut charged: BTreeMap<Option<&String>, Vec<&AuditedIntent>> = BTreeMap::new();
    for intent in intents(books).filter(|intent| net(intent) > 0) {
        charged.entry(intent.metadata.get("reservation")).or_default().push(intent);
    }
    charged
        .into_iter()
        .filter(|(reservation, intents)| reservation.is_none() || intents.len() > 1)
        .map(|(reservation, intents)| format!("I4: for {reservation:?} were charged {intents:?}"))
        .collect()
}

/// Whether something will still happen to money by itself.
pub(crate) fn is_settled(books: &Audit) -> bool {
    intents(books).all(|intent| {
        let pending = intent.refunds.iter().any(|refund| refund.status == RefundStatus::Pending);
        intent.status != IntentStatus::RequiresCapture && !pending
    })
}

fn intents(books: &Audit) -> impl Iterator<Item = &AuditedIntent> {
    books.accounts.iter().flat_map(|account| &account.intents)
}

/// What the shop has of an intent.
fn net(intent: &AuditedIntent) -> i64 {
    intent.captured - intent.refunded
}

fn payment(order: &OrderView) -> &str {
    order.payment.as_deref().unwrap_or_default()
}

fn agree(order: &OrderView, intent: &AuditedIntent) -> bool {
    let is_theirs = intent.metadata.get("reservation") == Some(&order.reservation.to_string());
    let (amount, refunded) = (order.price.amount, order.refunded);
    let status = match order.status {
        OrderStatus::Cancelled => return is_theirs && order.capture == Capture::Failed && net(intent) == 0,
        status => status,
    };
    let expected = match refunded {
        0 => OrderStatus::Confirmed,
        refunded if refunded < amount => OrderStatus::PartiallyRefunded,
        _ => OrderStatus::Refunded,
    };
    let same = |ours: u64, theirs: i64| u64::try_from(theirs) == Ok(ours);
    is_theirs
        && (order.capture, status) == (Capture::Captured, expected)
        && same(amount, intent.captured)
        && same(refunded, intent.refunded)
}
