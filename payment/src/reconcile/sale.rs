//! What our orders say.

use engine::vocabulary::text::IntentId;
use engine::{Money, OrderId, ReservationId};

/// How an order's money stands, by our own books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is held, and will be taken.
    Pending,
    /// It was taken.
    Captured,
    /// It could not be taken; the order is cancelled.
    Failed,
}

/// An order that was paid at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// The order.
    pub order: OrderId,
    /// The reservation that it came from.
    pub reservation: ReservationId,
    /// With which intent.
    pub intent: IntentId,
    /// What it cost.
    pub price: Money,
    /// Whether the money was taken.
    pub taken: Taken,
    /// How much went back, in minor units.
    pub refunded: u64,
    /// Whether the period has its payment for certain: one that was made early in it may have been begun before.
    pub is_due: bool,
}
