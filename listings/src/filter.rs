//! Which rows a list has.

use engine::view::{OrderStatus, OrderView, ReservationStatus, ReservationView};
use engine::{BuyerId, ProductId};

use crate::kind::Listed;

/// Which reservations a list has; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReservationFilter {
    /// Only this product's.
    pub product: Option<ProductId>,
    /// Only this buyer's.
    pub buyer: Option<BuyerId>,
    /// Only in this status.
    pub status: Option<ReservationStatus>,
}

/// Which orders a list has; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// Only this product's.
    pub product: Option<ProductId>,
    /// Only this buyer's.
    pub buyer: Option<BuyerId>,
    /// Only in this status.
    pub status: Option<OrderStatus>,
}

/// Either filter, as the reader wants it.
pub(crate) struct Filter<'a> {
    pub(crate) product: Option<&'a ProductId>,
    pub(crate) buyer: Option<&'a BuyerId>,
    /// The code of the status asked for.
    pub(crate) status: Option<u8>,
}

impl<'a> From<&'a ReservationFilter> for Filter<'a> {
    fn from(filter: &'a ReservationFilter) -> Filter<'a> {
        let status = filter.status.map(ReservationView::code);
        Filter { product: filter.product.as_ref(), buyer: filter.buyer.as_ref(), status }
    }
}

impl<'a> From<&'a OrderFilter> for Filter<'a> {
    fn from(filter: &'a OrderFilter) -> Filter<'a> {
        let status = filter.status.map(OrderView::code);
        Filter { product: filter.product.as_ref(), buyer: filter.buyer.as_ref(), status }
    }
}
