//! What becomes of a hold: it is given back, or the shop takes the payment.

use engine::command::{Cancel, Checkout, Confirm, Release};
use engine::view::ReservationStatus;
use engine::{BuyerId, Done, Field, PaymentMode, Refusal, ReservationId, Status};

use super::objections::Objections;
use super::orders;
use super::shop::Shop;
use super::things::{Paid, Reservation};

impl Shop {
    pub(crate) fn against_cancel(&self, cancel: &Cancel, against: &mut Objections) {
        let Some(one) = self.visible(cancel.reservation, cancel.buyer.as_ref()) else {
            return against.add(Refusal::NotFound);
        };
        use ReservationStatus::{Cancelled, Held};
        against_status(one, &[Held, Cancelled], against);
    }

    pub(crate) fn cancel(&mut self, id: ReservationId) -> Done {
        if self.reservations[&id].status == ReservationStatus::Held {
            self.finish(id, ReservationStatus::Cancelled);
        }
        Done::Cancelled(id)
    }

    pub(crate) fn against_checkout(&self, checkout: &Checkout, has_key: bool, against: &mut Objections) {
        let Some(one) = self.visible(checkout.reservation, checkout.buyer.as_ref()) else {
            return against.add(Refusal::NotFound);
        };
        against.add_if(has_key && !self.has_room_for_answers(&one.buyer), Refusal::TooManyKeys);
        against_status(one, &[ReservationStatus::Held], against);
        self.against_outside(one, against);
    }

    pub(crate) fn checkout(&mut self, id: ReservationId) -> Done {
        let one = self.reservations.get_mut(&id).expect("it was found");
        one.status = ReservationStatus::Paying;
        Done::CheckedOut { reservation: id, pay_by: one.release_by() }
    }

    pub(crate) fn against_confirm(&self, confirm: &Confirm, against: &mut Objections) {
        let Some(one) = self.visible(confirm.reservation, confirm.buyer.as_ref()) else {
            return against.add(Refusal::NotFound);
        };
        let (paid, price) = (confirm.paid, one.price);
        let takes = price.amount;
        against.add_if(paid.amount != takes, Refusal::Invalid(Field::Amount { takes }));
        against.add_if(paid.currency != price.currency, Refusal::Invalid(Field::Currency));
        if self.is_paid_by(one, confirm) {
            return;
        }
        against_status(one, &[ReservationStatus::Held, ReservationStatus::Paying], against);
        if one.status.is_live() {
            self.against_outside(one, against);
            orders::against_id(self, confirm.order, against);
        }
    }

    pub(crate) fn confirm(&mut self, confirm: &Confirm) -> Done {
        let id = confirm.reservation;
        if self.reservations[&id].status.is_live() {
            self.make_order(id, confirm.order, Paid::Outside(confirm.payment.clone()));
        }
        Done::Confirmed(id)
    }

    pub(crate) fn against_release(&self, release: &Release, against: &mut Objections) {
        let Some(one) = self.visible(release.reservation, release.buyer.as_ref()) else {
            return against.add(Refusal::NotFound);
        };
        against_status(one, &[ReservationStatus::Paying], against);
        self.against_outside(one, against);
    }

    pub(crate) fn release(&mut self, id: ReservationId) -> Done {
        if self.now >= self.reservations[&id].expires_at {
            self.finish(id, ReservationStatus::Expired);
            return Done::ReleasedToExpired(id);
        }
        self.reservations.get_mut(&id).expect("it was found").status = ReservationStatus::Held;
        Done::Released(id)
    }

    /// What is somebody else's is not there.
    pub(crate) fn visible(&self, id: ReservationId, buyer: Option<&BuyerId>) -> Option<&Reservation> {
        self.reservations.get(&id).filter(|one| buyer.is_none_or(|buyer| *buyer == one.buyer))
    }

    /// The shop takes no payment that the provider was asked for, nor of a hold on what the provider takes the money for.
    fn against_outside(&self, one: &Reservation, against: &mut Objections) {
        if !one.status.is_live() {
            return;
        }
        let mode = self.products[&one.product].description.payment;
        let is_held = one.status == ReservationStatus::Held;
        let was_asked = !one.tries.is_empty();
        against.add_if(was_asked, Refusal::Conflict(Status::Reservation(one.status)));
        let status = self.product_status(&one.product);
        let otherwise = Refusal::Conflict(Status::PaidOtherwise(status, mode));
        against.add_if(is_held && mode == PaymentMode::Provider, otherwise);
    }

    fn is_paid_by(&self, one: &Reservation, confirm: &Confirm) -> bool {
        let paid = one.order.map(|order| &self.orders[&order].paid);
        matches!(paid, Some(Paid::Outside(payment)) if *payment == confirm.payment)
    }
}

/// An expired reservation is expired, whatever is asked of it; any other has a status that will do or does not.
pub(crate) fn against_status(one: &Reservation, will_do: &[ReservationStatus], against: &mut Objections) {
    if one.status == ReservationStatus::Expired {
        return against.add(Refusal::ReservationExpired);
    }
    against.add_if(!will_do.contains(&one.status), Refusal::Conflict(Status::Reservation(one.status)));
}
