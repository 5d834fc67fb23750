//! Records as they look from outside.

use super::Shard;
use crate::state::Slot;
use crate::vocabulary::money::Money;
use crate::vocabulary::view::{OrderView, RefundStatus, RefundView, ReservationStatus, ReservationView};

impl Shard {
    /// A reservation as it is now.
    pub(crate) fn reservation_view(&self, slot: Slot) -> ReservationView {
        self.reservation_as(slot, self.reservations.at(slot).status)
    }

    /// A reservation as it was in `status`: everything else about it never changes.
    pub(crate) fn reservation_as(&self, slot: Slot, status: ReservationStatus) -> ReservationView {
        let reservation = self.reservations.at(slot);
        let order = self.orders.get(reservation.order).map(|order| order.id);
        let product = &self.products.at(reservation.product).id;
        reservation.view(product, self.buyers.id(reservation.buyer), order, status)
    }

    pub(crate) fn order_view(&self, slot: Slot) -> OrderView {
        let order = self.orders.at(slot);
        order.view(&self.products.at(order.product).id, self.buyers.id(order.buyer))
    }

    pub(crate) fn refund_view(&self, slot: Slot) -> RefundView {
        let refund = self.refunds.at(slot);
        let order = self.orders.at(refund.order);
        RefundView {
            id: refund.id,
            order: order.id,
            price: Money { amount: refund.amount, currency: order.currency },
            restock: refund.restock,
            status: RefundStatus::Succeeded,
            created_at: refund.created_at,
        }
    }
}
