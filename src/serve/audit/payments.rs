//! What the audit tells of payments by the provider: the counts of all shards, the open alarms, and where orders and
//! charges do not agree.

use engine::snapshot::{Fault, First, Mismatch, OpenAlarms, Payments};
use gateway::port::PaymentAudit;
use raft::node::{Audited, Report};

/// The payments of several shards.
#[derive(Default)]
pub(super) struct Total {
    counts: Payments,
    alarms: OpenAlarms,
}

impl Total {
    /// Adds those of a shard, as that replica has them that is furthest: the others only know less.
    pub(super) fn add(&mut self, reports: &[Report]) {
        let furthest =
            reports.iter().filter_map(|report| report.audited.as_ref()).max_by_key(|audited| audited.index);
        if let Some(Audited { products, payments, .. }) = furthest {
            products.iter().for_each(|product| self.counts.add(&product.payments));
            self.alarms.append(payments.alarms.clone());
        }
    }

    /// What is told of them.
    pub(super) fn told(self) -> PaymentAudit {
        PaymentAudit::new(&self.counts, self.alarms)
    }
}

/// Where orders and charges do not agree on one replica, in sentences; of many the first, and how many more there are.
pub(super) fn violations(node: u64, audited: &Audited) -> impl Iterator<Item = String> {
    let First { count, first } = &audited.payments.mismatches;
    let at = format!("on node {node} at log index {}", audited.index);
    let more = count.saturating_sub(first.len() as u64);
    let more = (more > 0).then(|| format!("{more} more places {at} where orders and charges do not agree"));
    first.iter().map(move |mismatch| sentence(mismatch, &at)).chain(more)
}

fn sentence(Mismatch { reservation, order, fault }: &Mismatch, at: &str) -> String {
    let order = order.map_or("without an order".to_owned(), |order| format!("with order {order}"));
    format!("reservation {reservation} {order} {at}: {}", says(*fault))
}

fn says(fault: Fault) -> &'static str {
    match fault {
        Fault::NoOrder => "its money is held or was taken for good, and no order has it for its charge",
        Fault::OtherCapture => "the order's charge does not say of the capture what its payment says",
        Fault::TakenForNothing => {
            "the money was taken and the order is cancelled, and not all of it goes back"
        }
        Fault::NothingTaken => "the money could not be taken, and the order stands",
        Fault::RefundedTooMuch => "more went back or is on its way than was paid",
        Fault::RefundedTooEarly => "money went back that was not taken",
        Fault::OtherRefunds => "what went back or is on its way is not what its refunds add up to",
    }
}
