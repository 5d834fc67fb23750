//! What the self-audit finds of payments by the provider, as it is told.

use engine::snapshot::{First, OpenAlarms, Payments};
use engine::{snapshot, view};
use serde::Serialize;

/// The payments of all products, each shard's as that replica of it has them that is furthest.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PaymentAudit {
    /// How many stand where.
    #[serde(flatten)]
    pub counts: PaymentCounts,
    /// The first hundred alarms of each kind, by the ids of their reservations; `alarms` tells how many there are.
    pub open_alarms: Vec<OpenAlarm>,
}

/// How many payments by the provider stand where.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PaymentCounts {
    /// Orders that were paid so.
    pub orders: ChargedOrders,
    /// Reservations that are being paid.
    pub paying: u64,
    /// Refunds that did not arrive.
    pub refunds: OpenRefunds,
    /// What was taken and given back, by currency.
    pub takings: Vec<Takings>,
    /// What somebody has to look at.
    pub alarms: Alarms,
}

/// Orders by the state of their capture.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ChargedOrders {
    /// The money is held and about to be taken.
    pub pending: u64,
    /// It was taken.
    pub captured: u64,
    /// It could not be taken.
    pub failed: u64,
}

/// Refunds that did not arrive.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OpenRefunds {
    /// On their way.
    pub pending: u64,
    /// Failed, also where another was made since.
    pub failed: u64,
}

/// Money in one currency, in its minor units.
#[derive(Clone, Debug, Serialize)]
pub struct Takings {
    /// Which currency.
    pub currency: String,
    /// Held and about to be taken.
    pub pending: u64,
    /// Taken.
    pub captured: u64,
    /// Given back of what was taken.
    pub refunded: u64,
    /// On its way back.
    pub refunding: u64,
}

/// How many open alarms there are. They are known, and being put right.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Alarms {
    /// Payments whose units were given back, and of which it is not known that they are dead.
    pub unsettled: u64,
    /// Payments that were taken although they were to be cancelled, and whose money is not back yet.
    pub compensating: u64,
    /// Orders whose money was held and could not be taken.
    pub capture_failed: u64,
    /// Orders whose units went back on sale with a refund that the bank returned later.
    pub refund_returned: u64,
}

/// What an alarm is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// See [`Alarms::unsettled`].
    Unsettled,
    /// See [`Alarms::compensating`].
    Compensating,
    /// See [`Alarms::capture_failed`].
    CaptureFailed,
    /// See [`Alarms::refund_returned`].
    RefundReturned,
}

/// A payment that somebody has to look at.
#[derive(Clone, Debug, Serialize)]
pub struct OpenAlarm {
    /// Why.
    pub alarm: AlarmKind,
    /// Of which reservation.
    pub reservation_id: String,
    /// Of which product.
    pub product_id: String,
    /// Which try to pay, from 1.
    #[serde(rename = "try")]
    pub attempt: u8,
    /// What the provider calls the payment.
    pub payment_id: Option<String>,
}

impl PaymentAudit {
    /// What is told of `payments` and their alarms.
    pub fn new(payments: &Payments, open: OpenAlarms) -> PaymentAudit {
        let OpenAlarms { unsettled, compensating, capture_failed, refund_returned } = open;
        let kinds = [
            (AlarmKind::Unsettled, unsettled),
            (AlarmKind::Compensating, compensating),
            (AlarmKind::CaptureFailed, capture_failed),
            (AlarmKind::RefundReturned, refund_returned),
        ];
        let open_alarms = kinds.into_iter().flat_map(|(kind, open)| OpenAlarm::all(kind, open)).collect();
        PaymentAudit { counts: payments.into(), open_alarms }
    }
}

impl From<&Payments> for PaymentCounts {
    fn from(payments: &Payments) -> PaymentCounts {
        let &Payments { pending, captured, failed, paying, refunds_pending, refunds_failed, .. } = payments;
        let view::Alarms { unsettled, compensating, capture_failed, refund_returned } = payments.alarms;
        PaymentCounts {
            orders: ChargedOrders { pending, captured, failed },
            paying,
            refunds: OpenRefunds { pending: refunds_pending, failed: refunds_failed },
            takings: payments.takings.iter().map(Takings::from).collect(),
            alarms: Alarms { unsettled, compensating, capture_failed, refund_returned },
        }
    }
}

impl From<&engine::Takings> for Takings {
    fn from(takings: &engine::Takings) -> Takings {
        let &engine::Takings { currency, pending, captured, refunded, refunding } = takings;
        Takings { currency: currency.to_string(), pending, captured, refunded, refunding }
    }
}

impl OpenAlarm {
    fn all(alarm: AlarmKind, open: First<snapshot::OpenAlarm>) -> impl Iterator<Item = OpenAlarm> {
        open.first.into_iter().map(move |open| OpenAlarm {
            alarm,
            reservation_id: open.reservation.to_string(),
            product_id: open.product.to_string(),
            attempt: open.attempt,
            payment_id: open.intent.map(|intent| intent.to_string()),
        })
    }
}
