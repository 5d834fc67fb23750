//! Checkout: a payment outside begins. The hold then ends at one fixed moment, however often it is given up.

use super::order;
use crate::shard::step::{About, Effect, Step};
use crate::vocabulary::command::Checkout;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::refusal::{Refusal, Status};
use crate::vocabulary::view::ReservationStatus;

pub(super) fn run(step: &mut Step<'_>, command: &Checkout) -> Effect {
    let slot = step.shard.find_reservation(command.reservation, command.buyer.as_ref())?;
    let reservation = step.shard.reservations.at(slot);
    let (status, product, pay_by) = (reservation.status, reservation.product, reservation.release_by());
    step.key_fits_buyer(Some(reservation.buyer))?;
    step.key_is_free()?;
    match status {
        ReservationStatus::Held => step.not_frozen(product)?,
        ReservationStatus::Expired => return Err(Refusal::ReservationExpired),
        ReservationStatus::Paying | ReservationStatus::Paid | ReservationStatus::Cancelled => {
            return Err(Refusal::Conflict(Status::Reservation(status)));
        }
    }
    order::check_outside(step.shard, slot)?;
    let sound = step.check_hold(slot);
    step.or_freeze(product, sound)?;
    step.turn(slot, ReservationStatus::Paying);
    let reservation = command.reservation;
    Ok((Done::CheckedOut { reservation, pay_by }, About::Reservation(slot)))
}
