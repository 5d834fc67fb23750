//! Release: the payment outside failed or was given up. Held again, or over if the hold's time is up.

use super::order;
use crate::shard::step::{About, Effect, Step};
use crate::vocabulary::command::Release;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::refusal::{Refusal, Status};
use crate::vocabulary::view::ReservationStatus;

pub(super) fn run(step: &mut Step<'_>, command: &Release) -> Effect {
    let slot = step.shard.find_reservation(command.reservation, command.buyer.as_ref())?;
    let reservation = step.shard.reservations.at(slot);
    let (status, product) = (reservation.status, reservation.product);
    let in_time = step.now() < reservation.expires_at();
    step.key_is_free()?;
    match status {
        ReservationStatus::Paying => step.not_frozen(product)?,
        ReservationStatus::Expired => return Err(Refusal::ReservationExpired),
        ReservationStatus::Held | ReservationStatus::Paid | ReservationStatus::Cancelled => {
            return Err(Refusal::Conflict(Status::Reservation(status)));
        }
    }
    order::check_outside(step.shard, slot)?;
    let sound = step.check_hold(slot);
    step.or_freeze(product, sound)?;
    if in_time {
        step.turn(slot, ReservationStatus::Held);
        return Ok((Done::Released(command.reservation), About::Reservation(slot)));
    }
    let freed = step.free_units(slot);
    step.or_freeze(product, freed)?;
    step.finish(slot, ReservationStatus::Expired);
    Ok((Done::ReleasedToExpired(command.reservation), About::Reservation(slot)))
}
