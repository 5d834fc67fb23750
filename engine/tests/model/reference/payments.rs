//! How payments by the provider begin.

use engine::command::Pay;
use engine::view::ReservationStatus;
use engine::{Done, PaymentMode, Refusal, ReservationId, Status};

use super::holds;
use super::objections::Objections;
use super::orders;
use super::shop::Shop;
use super::tries::Try;

/// How often the payment of one reservation may be tried.
const TRIES_MOST: usize = 3;

impl Shop {
    pub(crate) fn against_pay(&self, pay: &Pay, has_key: bool, against: &mut Objections) {
        let Some(one) = self.visible(pay.reservation, pay.buyer.as_ref()) else {
            return against.add(Refusal::NotFound);
        };
        against.add_if(has_key && !self.has_room_for_answers(&one.buyer), Refusal::TooManyKeys);
        holds::against_status(one, &[ReservationStatus::Held], against);
        if one.status != ReservationStatus::Held {
            return;
        }
        let mode = self.products[&one.product].description.payment;
        let status = self.product_status(&one.product);
        let otherwise = Refusal::Conflict(Status::PaidOtherwise(status, mode));
        against.add_if(mode != PaymentMode::Provider, otherwise);
        against.add_if(one.tries.len() >= TRIES_MOST, Refusal::Conflict(Status::TriesUsedUp));
        orders::against_id(self, pay.order, against);
    }

    pub(crate) fn begin_payment(&mut self, id: ReservationId, one: Try) -> Done {
        let reservation = self.reservations.get_mut(&id).expect("it was found");
        reservation.tries.push(one);
        reservation.status = ReservationStatus::Paying;
        let attempt = u8::try_from(reservation.tries.len()).expect("there are three at most");
        Done::PaymentBegun { reservation: id, attempt }
    }
}
