//! Outcomes: what a command came to.

use bincode::{Decode, Encode};

use super::id::{RefundId, ReservationId};
use super::refusal::Refusal;
use super::time::LogTime;
use super::view::{Adjustment, ProductView};

/// What a command came to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Outcome {
    /// It was done now.
    Done(Done),
    /// It had been done before under the same key; this is what it came to then.
    Replayed(Done),
    /// It was not done, and changed nothing.
    Refused(Refusal),
}

/// What was done: enough to give the answer, now and again, as it was first given.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Done {
    /// Something between the replicas: there is nobody to answer.
    Internal,
    /// A product was created, changed, paused, resumed or archived.
    Product {
        /// Whether it is new.
        created: bool,
        /// How it is since.
        product: Box<ProductView>,
    },
    /// Units were added or taken away.
    Adjusted(Box<Adjustment>),
    /// Units are held.
    Reserved(ReservationId),
    /// Units were reserved and became an order at once.
    Ordered(ReservationId),
    /// The hold was given back, now or before.
    Cancelled(ReservationId),
    /// The payment outside has begun.
    CheckedOut {
        /// Of which reservation.
        reservation: ReservationId,
        /// Until when it must be confirmed.
        pay_by: LogTime,
    },
    /// The reservation is paid and an order.
    Confirmed(ReservationId),
    /// The payment was given up: the reservation is held again.
    Released(ReservationId),
    /// The payment was given up after the hold's end: the reservation is over.
    ReleasedToExpired(ReservationId),
    /// The refund is on record.
    Refunded(RefundId),
    /// A payment by the provider has begun.
    PaymentBegun {
        /// Of which reservation.
        reservation: ReservationId,
        /// Which try it is, from 1.
        attempt: u8,
    },
    /// A refund by the provider has begun.
    RefundBegun(RefundId),
}
