//! Events: facts that apply brought about, for listings, streams and the outside.

use bincode::{Decode, Encode};

use super::time::LogTime;
use super::view::{Adjustment, OrderView, ProductView, RefundView, ReservationView};

/// A fact, with its place in the shard's history.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Event {
    /// Counts the shard's events without a gap, from 1.
    pub sequence: u64,
    /// When it came about.
    pub at: LogTime,
    /// How the thing is since.
    pub fact: Fact,
}

/// How a thing is since something happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Fact {
    /// A product was created, changed, paused, resumed, archived or frozen.
    Product(Box<ProductView>),
    /// A product's stock was adjusted.
    Adjustment(Box<Adjustment>),
    /// A reservation was made, or moved on.
    Reservation(Box<ReservationView>),
    /// An order was made, or changed.
    Order(Box<OrderView>),
    /// A refund was recorded.
    Refund(Box<RefundView>),
}
