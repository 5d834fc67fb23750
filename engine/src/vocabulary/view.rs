//! Views: how things look from outside, at one moment.

use bincode::{Decode, Encode};

use super::id::{AdjustmentId, OrderId, RefundId, ReservationId};
use super::money::Money;
use super::product::{Description, ProductStatus, Stock};
use super::text::{BuyerId, DeclineCode, NextAction, PaymentReference, ProductId, Reason, Reference};
use super::time::LogTime;

/// A product.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ProductView {
    /// Which one.
    pub id: ProductId,
    /// As its merchant describes it.
    pub description: Description,
    /// Counts the changes of the description, from 1.
    pub revision: u64,
    /// Whether attempts are taken.
    pub status: ProductStatus,
    /// Its units.
    pub stock: Stock,
    /// When it was created.
    pub created_at: LogTime,
}

/// Where a reservation is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum ReservationStatus {
    /// Units are held; nothing was paid.
    Held,
    /// A payment is under way.
    Paying,
    /// Final: it became an order.
    Paid,
    /// Final: its time was up.
    Expired,
    /// Final: the buyer gave it back.
    Cancelled,
}

impl ReservationStatus {
    /// Whether the units are in `held`.
    pub fn is_live(self) -> bool {
        matches!(self, ReservationStatus::Held | ReservationStatus::Paying)
    }
}

/// A reservation.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ReservationView {
    /// Which one.
    pub id: ReservationId,
    /// Of which product.
    pub product: ProductId,
    /// Whose.
    pub buyer: BuyerId,
    /// How many units.
    pub quantity: u32,
    /// What all of them cost, at the price when they were reserved.
    pub price: Money,
    /// The shop's own id for it.
    pub reference: Option<Reference>,
    /// Where it is in its life.
    pub status: ReservationStatus,
    /// When it was made.
    pub created_at: LogTime,
    /// When the hold ends unless something happens.
    pub expires_at: LogTime,
    /// The order that it became.
    pub order: Option<OrderId>,
    /// Until when a payment under way must be confirmed, or authorized by the provider.
    pub pay_by: Option<LogTime>,
    /// The last try to pay it by the provider, if there was one. Boxed, for most have none.
    pub payment: Option<Box<PaymentView>>,
}

/// A try to pay by the provider.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PaymentView {
    /// How it stands.
    pub status: PaymentStatus,
    /// Which try it is, from 1.
    pub attempt: u8,
    /// Until when it must be, or had to be, authorized.
    pub pay_by: LogTime,
    /// What the buyer has to do before it goes on.
    pub next_action: Option<NextAction>,
    /// Why it came to nothing.
    pub error: Option<PaymentError>,
}

/// How a try to pay stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum PaymentStatus {
    /// Nothing was sent yet.
    Queued,
    /// The provider is at work.
    Processing,
    /// The buyer has to do something first.
    RequiresAction,
    /// The money is held, and the order is made.
    Authorized,
    /// It came to nothing, and the error says why. Another try may be made while the hold lasts.
    Declined,
    /// It is being undone, whatever becomes of it; the units are still held.
    Cancelling,
    /// The units were given back, and what became of the money is not known for certain, or it is on its way back.
    Unsettled,
}

/// Why a try to pay came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum PaymentError {
    /// The provider, or the bank behind it, said no.
    Declined(DeclineCode),
    /// It was not authorized in time.
    TimedOut,
    /// It was cancelled, at the provider or since the product is out of sale.
    Cancelled,
    /// The money was held, and then could not be taken.
    CaptureFailed(DeclineCode),
}

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum OrderStatus {
    /// Bought and paid.
    Confirmed,
    /// A part of the money went back.
    PartiallyRefunded,
    /// All of it did.
    Refunded,
    /// The money that was held for it could not be taken: the units went back on sale.
    Cancelled,
}

/// How an order's money was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Capture {
    /// By the shop itself.
    External,
    /// By the provider: it is held, and about to be taken.
    Pending,
    /// By the provider.
    Captured,
    /// The provider could not.
    Failed,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct OrderView {
    /// Which one.
    pub id: OrderId,
    /// The reservation that it came from.
    pub reservation: ReservationId,
    /// Of which product.
    pub product: ProductId,
    /// Whose.
    pub buyer: BuyerId,
    /// How many units.
    pub quantity: u32,
    /// What was paid.
    pub price: Money,
    /// The shop's own id for it.
    pub reference: Option<Reference>,
    /// What the payment is called where it was taken.
    pub payment: Option<PaymentReference>,
    /// What became of it.
    pub status: OrderStatus,
    /// How its money was taken.
    pub capture: Capture,
    /// How much went back, in minor units.
    pub refunded: u64,
    /// When it was made.
    pub created_at: LogTime,
}

/// A refund.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RefundView {
    /// Which one.
    pub id: RefundId,
    /// Of which order.
    pub order: OrderId,
    /// How much went back, or is to.
    pub price: Money,
    /// Whether the units are to go back on sale, once all of the order's money is back.
    pub restock: bool,
    /// How it stands.
    pub status: RefundStatus,
    /// Why it failed.
    pub error: Option<DeclineCode>,
    /// When it was recorded.
    pub created_at: LogTime,
}

/// How a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum RefundStatus {
    /// The money is back.
    Succeeded,
    /// The money is to go back, or on its way.
    Pending,
    /// The money is not back, and can be refunded again.
    Failed,
}

/// What somebody has to look at, as long as it is not put right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Alarms {
    /// Payments whose units were given back, and of which it is not known that they are dead.
    pub unsettled: u64,
    /// Payments that were taken although they were to be cancelled, and whose money is not back yet.
    pub compensating: u64,
    /// Orders whose money was held and could not be taken, for a day.
    pub capture_failed: u64,
    /// Orders whose units went back on sale with a refund that the bank returned later, and of which no other is on its
    /// way.
    pub refund_returned: u64,
}

impl Alarms {
    /// These and `others`.
    pub fn and(self, others: Alarms) -> Alarms {
        Alarms {
            unsettled: self.unsettled.saturating_add(others.unsettled),
            compensating: self.compensating.saturating_add(others.compensating),
            capture_failed: self.capture_failed.saturating_add(others.capture_failed),
            refund_returned: self.refund_returned.saturating_add(others.refund_returned),
        }
    }
}

/// An adjustment of a product's stock.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Adjustment {
    /// Which one.
    pub id: AdjustmentId,
    /// Of which product.
    pub product: ProductId,
    /// How many units more, or less.
    pub delta: i64,
    /// Why.
    pub reason: Reason,
    /// The stock since.
    pub stock: Stock,
    /// When.
    pub created_at: LogTime,
}
