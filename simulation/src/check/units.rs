//! I1 and I2: never oversold, and no unit appears or goes astray; counted from what reservations came to, not from the
//! counters that the shard keeps.

use std::collections::BTreeMap;

use engine::view::{
    OrderStatus, OrderView, ProductView, RefundStatus, RefundView, ReservationStatus, ReservationView,
};
use engine::{Event, Fact, OrderId, ProductId, ProductStatus, ReservationId};

/// The units of all products, counted reservation by reservation.
#[derive(Debug, Default)]
pub(crate) struct Units {
    reservations: BTreeMap<ReservationId, ReservationStatus>,
    /// Orders whose units go back on sale once all of their money is back, and whether they did.
    returning: BTreeMap<OrderId, bool>,
    products: BTreeMap<ProductId, Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    held: u64,
    sold: u64,
}

impl Units {
    /// Takes in what happened, and then looks at the products that were touched.
    pub(crate) fn violations(&mut self, events: &[Event], touched: &[ProductView]) -> Vec<String> {
        let mut violations = Vec::new();
        for event in events {
            match &event.fact {
                Fact::Reservation(view) => violations.extend(self.moved(view)),
                Fact::Refund(view) => self.given_back(view),
                Fact::Order(view) => self.undone(view),
                Fact::Product(_) | Fact::Adjustment(_) => {}
            }
        }
        violations.extend(touched.iter().filter_map(|view| self.looked_at(view)));
        violations
    }

    fn moved(&mut self, view: &ReservationView) -> Option<String> {
        let counted = self.products.entry(view.product.clone()).or_default();
        let units = u64::from(view.quantity);
        let before = self.reservations.insert(view.id, view.status);
        match before {
            Some(ReservationStatus::Held | ReservationStatus::Paying) => counted.held -= units,
            Some(ReservationStatus::Paid) => counted.sold -= units,
            _ => {}
        }
        match view.status {
            ReservationStatus::Held | ReservationStatus::Paying => counted.held += units,
            ReservationStatus::Paid => counted.sold += units,
            ReservationStatus::Expired | ReservationStatus::Cancelled => {}
        }
        let was_final = before.filter(|before| !before.is_live() && *before != view.status);
        was_final.map(|before| format!("I6: reservation {} was {before:?} and is {:?}", view.id, view.status))
    }

    /// Units go back with money, if they were to.
    fn given_back(&mut self, refund: &RefundView) {
        if refund.restock && refund.status == RefundStatus::Succeeded {
            self.returning.entry(refund.order).or_insert(false);
        }
    }

    /// Units of an order go back once: with its money, or since that could not be taken.
    fn undone(&mut self, order: &OrderView) {
        if order.status == OrderStatus::Cancelled {
            self.returning.entry(order.id).or_insert(false);
        }
        let is_over = order.status == OrderStatus::Cancelled || order.refunded >= order.price.amount;
        let Some(is_back) = self.returning.get_mut(&order.id).filter(|is_back| is_over && !**is_back) else {
            return;
        };
        *is_back = true;
        self.products.entry(order.product.clone()).or_default().sold -= u64::from(order.quantity);
    }

    fn looked_at(&self, view: &ProductView) -> Option<String> {
        let none = Counted::default();
        let counted = self.products.get(&view.id).unwrap_or(&none);
        let stock = view.stock;
        if view.status == ProductStatus::Frozen {
            return Some(format!("I2: product {} is frozen: {stock:?}", view.id));
        }
        let oversold = counted.held + counted.sold > stock.total;
        let adds_up = stock.available + stock.held + stock.sold == stock.total;
        let agrees = stock.held == counted.held && stock.sold == counted.sold;
        (oversold || !adds_up || !agrees).then(|| {
            format!("I1/I2: product {} has {stock:?}, and its reservations come to {counted:?}", view.id)
        })
    }

    /// Reservations that are not final.
    pub(crate) fn live(&self) -> impl Iterator<Item = ReservationId> + '_ {
        self.reservations.iter().filter(|(_, status)| status.is_live()).map(|(id, _)| *id)
    }
}
