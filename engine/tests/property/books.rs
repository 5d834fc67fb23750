//! A naive model of the stock: what the facts alone say, counted anew each time.

use std::collections::BTreeMap;

use engine::view::{OrderStatus, RefundStatus, ReservationView};
use engine::{Event, Fact, OrderId, ProductId, ReservationId, Shard};
use proptest::prelude::*;

/// What has become known by events.
#[derive(Default)]
pub(crate) struct Books {
    sequence: u64,
    reservations: BTreeMap<ReservationId, ReservationView>,
    /// The units of orders that did not go back.
    orders: BTreeMap<OrderId, (ProductId, u64)>,
    adjusted: BTreeMap<ProductId, i64>,
}

impl Books {
    pub(crate) fn note(&mut self, events: &[Event]) {
        for event in events {
            // The products that every replica begins with were the first five events.
            assert_eq!(event.sequence, self.sequence.max(5) + 1, "events are counted without a gap");
            self.sequence = event.sequence;
            match &event.fact {
                Fact::Product(_) => {}
                Fact::Adjustment(view) => {
                    *self.adjusted.entry(view.product.clone()).or_default() += view.delta
                }
                Fact::Reservation(view) => {
                    self.reservations.insert(view.id, (**view).clone());
                }
                Fact::Order(view) => {
                    let units = u64::from(view.quantity);
                    let (_, units) = self.orders.entry(view.id).or_insert((view.product.clone(), units));
                    if view.status == OrderStatus::Cancelled {
                        *units = 0;
                    }
                }
                Fact::Refund(view) if view.restock && view.status == RefundStatus::Succeeded => {
                    self.orders.entry(view.order).and_modify(|(_, units)| *units = 0);
                }
                Fact::Refund(_) => {}
            }
        }
    }

    pub(crate) fn check(&self, shard: &Shard) -> Result<(), TestCaseError> {
        for view in shard.products() {
            let held = self
                .reservations
                .values()
                .filter(|reservation| reservation.product == view.id && reservation.status.is_live());
            let held = held.map(|reservation| u64::from(reservation.quantity)).sum::<u64>();
            let sold = self.orders.values().filter(|(product, _)| *product == view.id);
            let sold = sold.map(|&(_, units)| units).sum::<u64>();
            let adjusted = self.adjusted.get(&view.id).copied().unwrap_or(0);
            let total = view.description.stock.checked_add_signed(adjusted);
            prop_assert_eq!(Some(view.stock.total), total);
            prop_assert_eq!((view.stock.held, view.stock.sold), (held, sold));
            prop_assert_eq!(view.stock.available + held + sold, view.stock.total);
        }
        Ok(())
    }
}
