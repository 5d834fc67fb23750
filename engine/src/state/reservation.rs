//! Reservations: records and the index by id.

use super::digest::{Kind, Mix};
use super::pages::{Frozen, Pages};
use super::table::Table;
use super::{Slot, keyed};
use crate::vocabulary::id::{OrderId, ReservationId};
use crate::vocabulary::limits::EXTERNAL_GRACE;
use crate::vocabulary::money::{Currency, Money};
use crate::vocabulary::text::{BuyerId, ProductId, Reference};
use crate::vocabulary::time::{LogTime, Span};
use crate::vocabulary::view::{PaymentView, ReservationStatus, ReservationView};

/// One reservation.
#[derive(Clone)]
pub(crate) struct Reservation {
    pub(crate) id: ReservationId,
    /// While it is live: the shard's event that it was made in, which tells reservations of one moment apart. Once it is
    /// over: when it is forgotten.
    pub(crate) mark: u64,
    pub(crate) created_at: LogTime,
    /// What all units cost, in minor units.
    pub(crate) amount: u64,
    /// Boxed, for most have none.
    pub(crate) reference: Option<Box<Reference>>,
    pub(crate) product: Slot,
    pub(crate) buyer: Slot,
    pub(crate) quantity: u32,
    /// The order that it became. Follows from the order, which names its reservation.
    pub(crate) order: Slot,
    /// How long the hold lasts, in milliseconds; at most a day.
    pub(crate) hold: u32,
    pub(crate) currency: Currency,
    pub(crate) status: ReservationStatus,
}

impl Reservation {
    /// When the hold ends.
    pub(crate) fn expires_at(&self) -> LogTime {
        self.created_at.after(Span(u64::from(self.hold)))
    }

    /// When a payment that was begun ends in any case: the same, whenever it was begun and whoever takes it.
    pub(crate) fn release_by(&self) -> LogTime {
        self.expires_at().after(EXTERNAL_GRACE)
    }

    /// How it looks, or looked, in `status` and with `payment`: everything else about it never changes. `order` is what
    /// it became, if it became one since.
    pub(crate) fn view(
        &self,
        product: &ProductId,
        buyer: &BuyerId,
        order: Option<OrderId>,
        status: ReservationStatus,
        payment: Option<PaymentView>,
    ) -> ReservationView {
        let pay_by = payment.as_ref().map_or(self.release_by(), |payment| payment.pay_by);
        ReservationView {
            id: self.id,
            product: product.clone(),
            buyer: buyer.clone(),
            quantity: self.quantity,
            price: self.price(),
            reference: self.reference.as_deref().cloned(),
            status,
            created_at: self.created_at,
            expires_at: self.expires_at(),
            order: order.filter(|_| status == ReservationStatus::Paid),
            pay_by: (status == ReservationStatus::Paying).then_some(pay_by),
            payment: payment.map(Box::new),
        }
    }

    /// When it is forgotten, once it is over.
    pub(crate) fn kept_until(&self) -> LogTime {
        LogTime(self.mark)
    }

    /// When it goes on by itself, as it is now, with its saga if it has one.
    pub(crate) fn ends_at(&self, saga: impl FnOnce() -> Option<LogTime>) -> Option<LogTime> {
        match self.status {
            ReservationStatus::Held => Some(self.expires_at()),
            ReservationStatus::Paying => Some(saga().unwrap_or(self.release_by())),
            _ => None,
        }
    }

    pub(crate) fn price(&self) -> Money {
        Money { amount: self.amount, currency: self.currency }
    }

    /// `product` and `buyer` are the keyed hashes of the ids.
    pub(crate) fn digest(&self, product: u64, buyer: u64) -> u64 {
        let [a, b, c] = *self.currency.as_bytes();
        Mix::new(Kind::Reservation)
            .id(self.id.0)
            .word(self.mark)
            .word(self.created_at.0)
            .word(self.amount)
            .pair(self.quantity, self.hold)
            .pair(u32::from_le_bytes([a, b, c, 0]), self.status as u32)
            .word(product)
            .word(buyer)
            .text(self.reference.as_deref().map(|reference| &**reference))
            .end()
    }
}

/// All reservations of a shard: the live ones, and for a while those that are over.
#[derive(Default)]
pub(crate) struct Reservations {
    pages: Pages<Reservation>,
    index: Table,
}

impl Reservations {
    pub(crate) fn find(&self, id: ReservationId) -> Option<Slot> {
        self.index.find(keyed::of_random(id.random()), |slot| self.pages.at(slot).id == id)
    }

    /// Reads ahead for [`Reservations::find`].
    pub(crate) fn warm(&self, id: ReservationId) {
        self.index.warm(keyed::of_random(id.random()));
    }

    /// Reads ahead what is likely the reservation with this id.
    pub(crate) fn warm_record(&self, id: ReservationId) -> Option<Slot> {
        let slot = self.index.likely(keyed::of_random(id.random()))?;
        std::hint::black_box(self.at(slot).buyer);
        Some(slot)
    }

    pub(crate) fn at(&self, slot: Slot) -> &Reservation {
        self.pages.at(slot)
    }

    pub(crate) fn at_mut(&mut self, slot: Slot) -> &mut Reservation {
        self.pages.at_mut(slot)
    }

    /// Adds a reservation whose id is not there yet.
    pub(crate) fn add(&mut self, reservation: Reservation) -> Slot {
        let hash = keyed::of_random(reservation.id.random());
        let slot = self.pages.insert(reservation);
        self.index.insert(hash, slot);
        slot
    }

    pub(crate) fn remove(&mut self, slot: Slot) -> Option<Reservation> {
        let removed = self.pages.remove(slot)?;
        self.index.remove(keyed::of_random(removed.id.random()), slot);
        Some(removed)
    }

    pub(crate) fn len(&self) -> usize {
        self.pages.len()
    }

    pub(crate) fn frozen(&self) -> Frozen<Reservation> {
        self.pages.frozen()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reservation_takes_72_bytes_in_its_page() {
        assert_eq!(size_of::<Option<Reservation>>(), 72);
    }
}
