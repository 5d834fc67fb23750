//! The node's lists of reservations and orders.

use std::future::Future;

use engine::view::{OrderStatus, OrderView, ReservationStatus, ReservationView};
use engine::{BuyerId, OrderId, ProductId, ReservationId};

/// A page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Whether there are more behind them.
    pub has_more: bool,
}

/// Which reservations or orders a list has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter<S> {
    /// Only this product's.
    pub product: Option<ProductId>,
    /// Only this buyer's.
    pub buyer: Option<BuyerId>,
    /// Only in this status.
    pub status: Option<S>,
}

/// The node's lists: fresh to a second or so.
pub trait Lists: Send + Sync + 'static {
    /// Reservations, newest first, from behind `after`.
    fn reservations(
        &self,
        filter: Filter<ReservationStatus>,
        after: Option<ReservationId>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<ReservationView>, ListsUnavailable>> + Send;

    /// Orders, newest first, from behind `after`.
    fn orders(
        &self,
        filter: Filter<OrderStatus>,
        after: Option<OrderId>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<OrderView>, ListsUnavailable>> + Send;
}

/// The node's lists cannot be read now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this node's lists cannot be read: {reason}")]
pub struct ListsUnavailable {
    /// Why.
    pub reason: String,
}
