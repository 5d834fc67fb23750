//! Records as they look from outside.

use super::Shard;
use crate::state::Slot;
use crate::vocabulary::money::Money;
use crate::vocabulary::view::{OrderView, PaymentView, RefundView, ReservationStatus, ReservationView};

impl Shard {
    /// A reservation as it is now.
    pub(crate) fn reservation_view(&self, slot: Slot) -> ReservationView {
        let reservation = self.reservations.at(slot);
        let status = reservation.status;
        let saga = self.sagas.find(reservation.id);
        self.reservation_as(slot, status, saga.and_then(|saga| saga.view(reservation.release_by(), status)))
    }

    /// A reservation as it was in `status` and with `payment`: everything else about it never changes.
    pub(crate) fn reservation_as(
        &self,
        slot: Slot,
        status: ReservationStatus,
        payment: Option<PaymentView>,
    ) -> ReservationView {
        let reservation = self.reservations.at(slot);
        let order = self.orders.get(reservation.order).map(|order| order.id);
        let product = &self.products.at(reservation.product).id;
        reservation.view(product, self.buyers.id(reservation.buyer), order, status, payment)
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
            status: refund.status(),
            error: refund.payout.as_ref().and_then(|payout| payout.error.clone()),
            created_at: refund.created_at,
        }
    }
}
