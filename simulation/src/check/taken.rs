//! I12: no buyer has more of a product than one may have; counted from what reservations and orders came to, not from what
//! the shard counts.

use std::collections::{BTreeMap, BTreeSet};

use engine::view::{OrderStatus, OrderView, ProductView, RefundStatus, ReservationStatus, ReservationView};
use engine::{BuyerId, Event, Fact, OrderId, ProductId, ReservationId};

use super::course::{Past, remember};

/// How many units each buyer has of each product, held or bought, and had.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    units: BTreeMap<(ProductId, BuyerId), Past<u64>>,
    /// The reservations whose units count.
    counted: BTreeSet<ReservationId>,
    /// Orders whose units go back once all of their money is back, and those that did.
    returning: BTreeSet<OrderId>,
    returned: BTreeSet<OrderId>,
    /// Who has more or less since it was last looked.
    touched: BTreeSet<(ProductId, BuyerId)>,
}

impl Taken {
    /// Takes in what happened at `index`.
    pub(super) fn happened(&mut self, index: u64, event: &Event) {
        match &event.fact {
            Fact::Reservation(view) => self.moved(index, view),
            Fact::Order(view) => self.undone(index, view),
            Fact::Refund(view) if view.restock && view.status == RefundStatus::Succeeded => {
                self.returning.insert(view.order);
            }
            _ => {}
        }
    }

    fn moved(&mut self, index: u64, view: &ReservationView) {
        let counts = !matches!(view.status, ReservationStatus::Expired | ReservationStatus::Cancelled);
        let counted = if counts { self.counted.insert(view.id) } else { self.counted.remove(&view.id) };
        if counted {
            self.change(index, (&view.product, &view.buyer), view.quantity, counts);
        }
    }

    /// What is bought goes on counting until it is given back.
    fn undone(&mut self, index: u64, order: &OrderView) {
        let is_over = order.status == OrderStatus::Cancelled || order.refunded >= order.price.amount;
        let returns = order.status == OrderStatus::Cancelled || self.returning.contains(&order.id);
        if is_over && returns && self.returned.insert(order.id) {
            self.change(index, (&order.product, &order.buyer), order.quantity, false);
        }
    }

    fn change(&mut self, index: u64, (product, buyer): (&ProductId, &BuyerId), quantity: u32, more: bool) {
        let whose = (product.clone(), buyer.clone());
        let past = self.units.entry(whose.clone()).or_insert_with(|| vec![(0, 0)]);
        let before = past.last().map_or(0, |(_, units)| *units);
        let quantity = u64::from(quantity);
        let units = if more { before + quantity } else { before.saturating_sub(quantity) };
        remember(past, index, units);
        self.touched.insert(whose);
    }

    /// Who has more than one may have, of those whose units changed since this was last asked.
    pub(super) fn violations(&mut self, products: &[ProductView]) -> Vec<String> {
        let touched = std::mem::take(&mut self.touched);
        let too_many = touched.into_iter().filter_map(|(product, buyer)| {
            let limit = products.iter().find(|view| view.id == product)?.description.max_per_buyer;
            let units = self.units_of(&product, &buyer)?.last()?.1;
            (units > u64::from(limit)).then(|| {
                format!("I12: {buyer} has {units} units of {product}, of which one may have {limit}")
            })
        });
        too_many.collect()
    }

    /// How many units a buyer had of a product; nothing if never any.
    pub(super) fn units_of(&self, product: &ProductId, buyer: &BuyerId) -> Option<&Past<u64>> {
        self.units.get(&(product.clone(), buyer.clone()))
    }
}

#[cfg(test)]
mod tests {
    use engine::{LogTime, Money, ShardId};

    use super::*;
    use crate::chance::Chance;
    use crate::crowd::Shelf;

    fn moved(number: u64, status: ReservationStatus) -> Event {
        let id = ReservationId::new(ShardId(0), 1, number);
        let view = ReservationView {
            id,
            product: "thing0.a".parse().expect("a product's id"),
            buyer: "ann".parse().expect("a buyer's id"),
            quantity: 2,
            price: Money { amount: 200, currency: "usd".parse().expect("a currency") },
            reference: None,
            status,
            created_at: LogTime(1),
            expires_at: LogTime(2),
            order: None,
            pay_by: None,
            payment: None,
        };
        Event { sequence: 1, at: LogTime(1), fact: Fact::Reservation(Box::new(view)) }
    }

    #[test]
    fn more_than_one_may_have_is_told_and_what_came_back_does_not_count() {
        let mut put = Shelf::of(&Chance::new(1), 1, false).products[0].put.clone();
        put.description.max_per_buyer = 3;
        let product = ProductView {
            id: put.product,
            description: put.description,
            revision: 1,
            status: engine::ProductStatus::Open,
            stock: engine::Stock { total: 9, available: 5, held: 4, sold: 0, version: 1 },
            created_at: LogTime(1),
        };
        let mut taken = Taken::default();
        let mut violations = |index, number, status| {
            taken.happened(index, &moved(number, status));
            taken.violations(std::slice::from_ref(&product)).len()
        };
        assert_eq!(violations(1, 1, ReservationStatus::Held), 0);
        assert_eq!(violations(2, 1, ReservationStatus::Expired), 0);
        assert_eq!(violations(3, 2, ReservationStatus::Held), 0);
        assert_eq!(violations(4, 2, ReservationStatus::Paid), 0, "it counts once");
        assert_eq!(violations(5, 3, ReservationStatus::Held), 1);
    }
}
