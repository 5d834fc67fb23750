//! What a capture holds, as it looks from outside: for whoever builds something anew from the state.

use std::collections::BTreeMap;

use super::capture::Capture;
use crate::state::reservation::Reservation;
use crate::state::saga::Saga;
use crate::vocabulary::id::ReservationId;
use crate::vocabulary::view::{OrderView, ReservationStatus, ReservationView};

impl Capture {
    /// The sequence of the last event before the capture.
    pub fn event_sequence(&self) -> u64 {
        self.sequence
    }

    /// All reservations that are kept, in no particular order.
    pub fn reservations(&self) -> impl Iterator<Item = ReservationView> {
        let sagas = self.sagas_by_reservation();
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

    /// The sagas with what they are found by, for captured pages have no index.
    pub(super) fn sagas_by_reservation(&self) -> BTreeMap<ReservationId, &Saga> {
        self.sagas.iter().map(|saga| (saga.reservation, saga)).collect()
    }

    /// The reservations that somebody began to pay by the provider.
    pub(super) fn paid_by_provider(&self) -> impl Iterator<Item = (&Reservation, &Saga)> {
        let sagas = self.sagas_by_reservation();
        // A shard where nobody pays so has nothing to look through.
        let reservations = (!sagas.is_empty()).then(|| self.reservations.iter());
        reservations
            .into_iter()
            .flatten()
            .filter_map(move |reservation| Some((reservation, *sagas.get(&reservation.id)?)))
    }
}
