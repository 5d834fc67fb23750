//! A shop, and how what there is in it is counted.

use std::collections::BTreeMap;

use engine::view::{OrderStatus, RefundStatus};
use engine::{BuyerId, LogTime, OrderId, ProductId, RefundId, ReservationId};

use super::things::{Order, Product, Refund, Remembered, Reservation};

/// A shop.
#[derive(Default)]
pub(crate) struct Shop {
    pub(crate) founded: bool,
    pub(crate) now: LogTime,
    pub(crate) products: BTreeMap<ProductId, Product>,
    pub(crate) reservations: BTreeMap<ReservationId, Reservation>,
    pub(crate) orders: BTreeMap<OrderId, Order>,
    pub(crate) refunds: BTreeMap<RefundId, Refund>,
    pub(crate) remembered: Vec<Remembered>,
    /// Rules that were used since this was last emptied: for whoever wants to know whether all were.
    pub(crate) used: Vec<String>,
}

impl Shop {
    pub(crate) fn held(&self, product: &ProductId) -> u64 {
        let all = self.reservations.values();
        let live = all.filter(|one| one.product == *product && one.status.is_live());
        live.map(|one| u64::from(one.quantity)).sum()
    }

    pub(crate) fn sold(&self, product: &ProductId) -> u64 {
        let orders = self.orders.values().filter(|order| order.product == *product && !order.returned);
        orders.map(|order| u64::from(order.quantity)).sum()
    }

    pub(crate) fn available(&self, product: &ProductId) -> u64 {
        let taken = self.held(product) + self.sold(product);
        self.products[product].total.checked_sub(taken).expect("nothing is held or sold that is not there")
    }

    /// How many units a buyer holds or has bought, and did not give back, of the products that count.
    pub(crate) fn units(&self, buyer: &BuyerId, counts: impl Fn(&ProductId) -> bool) -> u64 {
        let live = self.reservations.values().filter(|one| one.status.is_live());
        let held = live.filter(|one| one.buyer == *buyer && counts(&one.product)).map(|one| one.quantity);
        let kept = self.orders.values().filter(|order| !order.returned);
        let sold = kept.filter(|order| order.buyer == *buyer && counts(&order.product));
        held.chain(sold.map(|order| order.quantity)).map(u64::from).sum()
    }

    /// A buyer's live reservations of the products that count.
    pub(crate) fn live(&self, buyer: &BuyerId, counts: impl Fn(&ProductId) -> bool) -> Vec<ReservationId> {
        let live = self.reservations.iter().filter(|(_, one)| one.status.is_live());
        live.filter(|(_, one)| one.buyer == *buyer && counts(&one.product)).map(|(&id, _)| id).collect()
    }

    /// Of how many products a buyer has any units.
    pub(crate) fn products_of(&self, buyer: &BuyerId) -> usize {
        self.products.keys().filter(|&product| self.units(buyer, |id| id == product) > 0).count()
    }

    /// How much went back of an order.
    pub(crate) fn refunded(&self, order: OrderId) -> u64 {
        self.refunds_of(order, RefundStatus::Succeeded).map(|refund| refund.amount).sum()
    }

    /// How much of an order can still go back, beside what is on its way.
    pub(crate) fn rest(&self, order: OrderId) -> u64 {
        let pending = self.refunds_of(order, RefundStatus::Pending).map(|refund| refund.amount);
        self.orders[&order].price.amount - self.refunded(order) - pending.sum::<u64>()
    }

    pub(crate) fn order_status(&self, id: OrderId) -> OrderStatus {
        let (order, refunded) = (&self.orders[&id], self.refunded(id));
        // What was free is refunded by any refund, and stays so: there is nothing of it that could be returned.
        let mut arrived = self.refunds.values().filter(|refund| refund.order == id && refund.arrived);
        let was_free_and_refunded = order.price.amount == 0 && arrived.next().is_some();
        match refunded {
            _ if order.cancelled => OrderStatus::Cancelled,
            0 if !was_free_and_refunded => OrderStatus::Confirmed,
            _ if refunded == order.price.amount => OrderStatus::Refunded,
            _ => OrderStatus::PartiallyRefunded,
        }
    }

    fn refunds_of(&self, order: OrderId, status: RefundStatus) -> impl Iterator<Item = &Refund> {
        self.refunds.values().filter(move |refund| refund.order == order && refund.status == status)
    }
}
