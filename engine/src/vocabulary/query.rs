//! Queries by id, and answers: what a caller gets to see.

use bincode::{Decode, Encode};

use super::id::{OrderId, RefundId, ReservationId};
use super::text::{BuyerId, ProductId};
use super::view::{Adjustment, OrderView, ProductView, RefundView, ReservationView};

/// A question that changes nothing. With a buyer, another's thing is not found.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Query {
    /// A product.
    Product(ProductId),
    /// A reservation.
    Reservation(ReservationId, Option<BuyerId>),
    /// An order.
    Order(OrderId, Option<BuyerId>),
    /// A refund.
    Refund(RefundId),
}

/// What a caller gets to see.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Answer {
    /// There is nobody to tell anything.
    Nothing,
    /// A product, and whether it was just created.
    Product(Box<ProductView>, bool),
    /// An adjustment.
    Adjustment(Box<Adjustment>),
    /// A reservation.
    Reservation(Box<ReservationView>),
    /// An order.
    Order(Box<OrderView>),
    /// A refund.
    Refund(Box<RefundView>),
}
