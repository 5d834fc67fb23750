//! What a merchant says of a product, and what state it is in.

use bincode::{Decode, Encode};

use super::money::Money;
use super::text::Name;
use super::time::{LogTime, Span};

/// How a hold becomes an order. The order is part of the persistent format: new ones go to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum PaymentMode {
    /// The shop takes the payment itself, and confirms or releases.
    External,
    /// Nothing is paid: the hold becomes an order at once.
    None,
    /// The payment provider takes the payment: authorize, make the order, capture.
    Provider,
}

/// A product as its merchant describes it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Description {
    /// What it is called.
    pub name: Name,
    /// The price of one unit. A hold keeps the price it was made at.
    pub price: Money,
    /// The units it starts with. What is added or taken later is an adjustment.
    pub stock: u64,
    /// How many units one buyer may hold and have bought.
    pub max_per_buyer: u32,
    /// The same over all products of the group, if the merchant wants.
    pub max_per_buyer_in_group: Option<u32>,
    /// How long a hold lasts.
    pub hold: Span,
    /// When attempts begin to be taken.
    pub opens_at: LogTime,
    /// When they cease to be. Holds made before live on.
    pub closes_at: Option<LogTime>,
    /// How a hold becomes an order.
    pub payment: PaymentMode,
    /// On how many shards the stock lies, each with a lane of it.
    pub lanes: u16,
}

/// Whether attempts are taken, and if not why. Of several that hold, the first of these is told: archived, frozen, paused,
/// closed, scheduled, sold out, open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ProductStatus {
    /// Before `opens_at`.
    Scheduled,
    /// Taking attempts.
    Open,
    /// Nothing available now.
    SoldOut,
    /// An operator paused it.
    Paused,
    /// An invariant was violated: nothing is sold until somebody looked.
    Frozen,
    /// After `closes_at`.
    Closed,
    /// Taken out of sale for good.
    Archived,
}

/// A product's units: `available + held + sold = total`, always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Stock {
    /// All units there are.
    pub total: u64,
    /// Free to be reserved.
    pub available: u64,
    /// In holds, paying or not.
    pub held: u64,
    /// In orders.
    pub sold: u64,
    /// Grows with every change of the product.
    pub version: u64,
}
