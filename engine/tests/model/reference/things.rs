//! What there is in a shop.

use engine::view::{Capture, RefundStatus, ReservationStatus};
use engine::{
    Answer, BuyerId, DeclineCode, Description, Done, IntentId, LogTime, Money, OrderId, PaymentReference,
    ProductId, ProviderEventId, ProviderRefundId, Reference, ReservationId, Scope,
};

use super::spans::{DAY, GRACE, later};
use super::tries::Try;

pub(crate) struct Product {
    pub(crate) description: Description,
    pub(crate) revision: u64,
    /// All units there are: those it was created with, and what was adjusted since.
    pub(crate) total: u64,
    pub(crate) paused: bool,
    pub(crate) archived: bool,
    pub(crate) created_at: LogTime,
}

pub(crate) struct Reservation {
    pub(crate) product: ProductId,
    pub(crate) buyer: BuyerId,
    pub(crate) quantity: u32,
    pub(crate) price: Money,
    pub(crate) reference: Option<Reference>,
    pub(crate) status: ReservationStatus,
    pub(crate) created_at: LogTime,
    pub(crate) expires_at: LogTime,
    pub(crate) order: Option<OrderId>,
    pub(crate) tries: Vec<Try>,
    pub(crate) seen: Vec<ProviderEventId>,
    /// When it is forgotten, once it is over.
    pub(crate) kept_until: LogTime,
}

pub(crate) struct Order {
    pub(crate) reservation: ReservationId,
    pub(crate) product: ProductId,
    pub(crate) buyer: BuyerId,
    pub(crate) quantity: u32,
    pub(crate) price: Money,
    pub(crate) reference: Option<Reference>,
    pub(crate) paid: Paid,
    /// Whether its money could not be taken.
    pub(crate) cancelled: bool,
    /// Whether its units went back on sale.
    pub(crate) returned: bool,
    /// Whether the units go back on sale once all of the money is back.
    pub(crate) restocks: bool,
    pub(crate) created_at: LogTime,
}

/// By whom an order was paid.
#[derive(Clone)]
pub(crate) enum Paid {
    Nothing,
    Outside(PaymentReference),
    Provider { intent: IntentId, attempt: u8, capture: Capture },
}

pub(crate) struct Refund {
    pub(crate) order: OrderId,
    pub(crate) amount: u64,
    pub(crate) restock: bool,
    pub(crate) status: RefundStatus,
    /// Whether it ever succeeded, whatever became of it since.
    pub(crate) arrived: bool,
    pub(crate) error: Option<DeclineCode>,
    pub(crate) made: Option<ProviderRefundId>,
    pub(crate) created_at: LogTime,
}

impl Reservation {
    /// When a payment ends in any case, whoever takes it.
    pub(crate) fn release_by(&self) -> LogTime {
        later(self.expires_at, GRACE)
    }

    /// When it goes on by itself, if ever.
    pub(crate) fn ends_at(&self) -> Option<LogTime> {
        match self.status {
            ReservationStatus::Held => Some(self.expires_at),
            ReservationStatus::Paying => match self.tries.last() {
                Some(last) if last.stage.is_active() => Some(last.pay_by(self.release_by())),
                _ => Some(self.release_by()),
            },
            _ => None,
        }
    }
}

/// One answer.
pub(crate) struct Remembered {
    pub(crate) scope: Scope,
    /// What was asked.
    pub(crate) meaning: String,
    pub(crate) at: LogTime,
    /// For whom it counts; for nobody, if an operator asked.
    pub(crate) buyer: Option<BuyerId>,
    pub(crate) done: Done,
    pub(crate) answer: Answer,
}

impl Remembered {
    pub(crate) fn ends_at(&self) -> LogTime {
        later(self.at, DAY)
    }
}
