//! What a capture holds, as it looks from outside: for whoever builds something anew from the state.

use std::collections::BTreeMap;

use super::capture::Capture;
use crate::vocabulary::view::{OrderView, ReservationStatus, ReservationView};

impl Capture {
    /// The sequence of the last event before the capture.
    pub fn event_sequence(&self) -> u64 {
        self.sequence
    }

    /// All reservations that are kept, in no particular order.
    pub fn reservations(&self) -> impl Iterator<Item = ReservationView> {
        let sagas = self.sagas.iter().map(|saga| (saga.reservation, saga)).collect::<BTreeMap<_, _>>();
        self.reservations.iter().map(move |reservation| {
            let (status, release_by) = (reservation.status, reservation.release_by());
            let payment = sagas.get(&reservation.id).and_then(|saga| saga.view(release_by, status));
            let paid = reservation.status == ReservationStatus::Paid;
            let order = paid.then(|| self.orders.at(reservation.order).id);
            let product = &self.products.at(reservation.product).id;
            reservation.view(product, self.buyers.at(reservation.buyer), order, status, payment)
        })
    }

    /// All orders, in no particular order.
    pub fn orders(&self) -> impl Iterator<Item = OrderView> {
        self.orders
            .iter()
            .map(|order| order.view(&self.products.at(order.product).id, self.buyers.at(order.buyer)))
    }
}
