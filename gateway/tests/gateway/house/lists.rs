//! Lists, from the events that there were.

use engine::view::{OrderStatus, OrderView, ReservationStatus, ReservationView};
use engine::{OrderId, ReservationId};
use gateway::port::{Filter, Lists, ListsUnavailable, Page};

use super::House;

impl Lists for House {
    async fn reservations(
        &self,
        filter: Filter<ReservationStatus>,
        after: Option<ReservationId>,
        limit: usize,
    ) -> Result<Page<ReservationView>, ListsUnavailable> {
        self.lists_work()?;
        let seen = self.seen.lock().expect("no test panics here");
        let matching = seen.reservations.values().rev().filter(|one| {
            after.is_none_or(|after| one.id < after)
                && filter.product.as_ref().is_none_or(|product| one.product == *product)
                && filter.buyer.as_ref().is_none_or(|buyer| one.buyer == *buyer)
                && filter.status.is_none_or(|status| one.status == status)
        });
        Ok(page(matching.cloned().collect(), limit))
    }

    async fn orders(
        &self,
        filter: Filter<OrderStatus>,
        after: Option<OrderId>,
        limit: usize,
    ) -> Result<Page<OrderView>, ListsUnavailable> {
        self.lists_work()?;
        let seen = self.seen.lock().expect("no test panics here");
        let matching = seen.orders.values().rev().filter(|one| {
            after.is_none_or(|after| one.id < after)
                && filter.product.as_ref().is_none_or(|product| one.product == *product)
                && filter.buyer.as_ref().is_none_or(|buyer| one.buyer == *buyer)
                && filter.status.is_none_or(|status| one.status == status)
        });
        Ok(page(matching.cloned().collect(), limit))
    }
}

impl House {
    fn lists_work(&self) -> Result<(), ListsUnavailable> {
        match *self.lists_fail.lock().expect("no test panics here") {
            true => Err(ListsUnavailable { reason: "the test broke them".to_owned() }),
            false => Ok(()),
        }
    }
}

fn page<T>(mut items: Vec<T>, limit: usize) -> Page<T> {
    let has_more = items.len() > limit;
    items.truncate(limit);
    Page { items, has_more }
}
