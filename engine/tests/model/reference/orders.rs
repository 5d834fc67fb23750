//! How a reservation becomes an order.

use engine::view::ReservationStatus;
use engine::{OrderId, Refusal, ReservationId, Status};

use super::objections::Objections;
use super::shop::Shop;
use super::spans::{DAY, later};
use super::things::{Order, Paid};

/// An order's id is there once.
pub(crate) fn against_id(shop: &Shop, id: OrderId, against: &mut Objections) {
    if shop.orders.contains_key(&id) {
        against.add(Refusal::Conflict(Status::Order(shop.order_status(id))));
    }
}

impl Shop {
    pub(crate) fn make_order(&mut self, reservation: ReservationId, id: OrderId, paid: Paid) {
        self.finish(reservation, ReservationStatus::Paid);
        let one = self.reservations.get_mut(&reservation).expect("it is there");
        one.order = Some(id);
        let order = Order {
            reservation,
            product: one.product.clone(),
            buyer: one.buyer.clone(),
            quantity: one.quantity,
            price: one.price,
            reference: one.reference.clone(),
            paid,
            cancelled: false,
            returned: false,
            restocks: false,
            created_at: self.now,
        };
        self.orders.insert(id, order);
    }

    /// A reservation gets its final status, and is kept for a day more.
    pub(crate) fn finish(&mut self, id: ReservationId, status: ReservationStatus) {
        let kept_until = later(self.now, DAY);
        let one = self.reservations.get_mut(&id).expect("it is there");
        (one.status, one.kept_until) = (status, kept_until);
    }
}
