//! Views: how things look from outside, at one moment.

use bincode::{Decode, Encode};

use super::id::{AdjustmentId, OrderId, RefundId, ReservationId};
use super::money::Money;
use super::product::{Description, ProductStatus, Stock};
use super::text::{BuyerId, PaymentReference, ProductId, Reason, Reference};
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
    /// Until when a payment under way must be confirmed.
    pub pay_by: Option<LogTime>,
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
}

/// How an order's money was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Capture {
    /// By the shop itself.
    External,
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
    /// How much went back.
    pub price: Money,
    /// Whether the units went back on sale.
    pub restock: bool,
    /// How it stands.
    pub status: RefundStatus,
    /// When it was recorded.
    pub created_at: LogTime,
}

/// How a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum RefundStatus {
    /// The money is back.
    Succeeded,
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
