//! The gateway's lists, tied to the node's listings.

use engine::view::{OrderStatus, OrderView, ReservationStatus, ReservationView};
use engine::{OrderId, ReservationId};
use gateway::port::{Filter, Lists, ListsUnavailable, Page};
use listings::{Listings, OrderFilter, ReservationFilter};

/// Lists from the node's own database.
pub(super) struct NodeLists(pub(super) Listings);

impl Lists for NodeLists {
    async fn reservations(
        &self,
        filter: Filter<ReservationStatus>,
        after: Option<ReservationId>,
        limit: usize,
    ) -> Result<Page<ReservationView>, ListsUnavailable> {
        let filter =
            ReservationFilter { product: filter.product, buyer: filter.buyer, status: filter.status };
        let listings = self.0.clone();
        read(move || listings.reservations(&filter, after, limit)).await
    }

    async fn orders(
        &self,
        filter: Filter<OrderStatus>,
        after: Option<OrderId>,
        limit: usize,
    ) -> Result<Page<OrderView>, ListsUnavailable> {
        let filter = OrderFilter { product: filter.product, buyer: filter.buyer, status: filter.status };
        let listings = self.0.clone();
        read(move || listings.orders(&filter, after, limit)).await
    }
}

/// The database blocks, on the disk too, so it is read on a thread that may be blocked.
async fn read<T: Send + 'static>(
    read: impl FnOnce() -> Result<listings::Page<T>, listings::Error> + Send + 'static,
) -> Result<Page<T>, ListsUnavailable> {
    let unavailable = |reason: String| ListsUnavailable { reason };
    let page = tokio::task::spawn_blocking(read).await.map_err(|error| unavailable(error.to_string()))?;
    let page = page.map_err(|error| unavailable(error.to_string()))?;
    Ok(Page { items: page.items, has_more: page.has_more })
}
