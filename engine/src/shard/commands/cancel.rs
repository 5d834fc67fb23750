//! Cancel: gives a hold back. Its units are free at once.

use crate::shard::step::{About, Effect, Step};
use crate::vocabulary::command::Cancel;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::refusal::{Refusal, Status};
use crate::vocabulary::view::ReservationStatus;

pub(super) fn run(step: &mut Step<'_>, command: &Cancel) -> Effect {
    let slot = step.shard.find_reservation(command.reservation, command.buyer.as_ref())?;
    let reservation = step.shard.reservations.at(slot);
    let (status, product) = (reservation.status, reservation.product);
    step.key_is_free()?;
    let done = (Done::Cancelled(command.reservation), About::Reservation(slot));
    match status {
        ReservationStatus::Held => step.not_frozen(product)?,
        ReservationStatus::Cancelled => return Ok(done),
        ReservationStatus::Expired => return Err(Refusal::ReservationExpired),
        ReservationStatus::Paying | ReservationStatus::Paid => {
            return Err(Refusal::Conflict(Status::Reservation(status)));
        }
    }
    let freed = step.check_hold(slot).and_then(|()| step.free_units(slot));
    #[cfg(feature = "planted")]
    if crate::planted::has(crate::planted::Bug::UnitsTwice) {
        // Goes unnoticed here if other units of the product are held.
        let _again = step.free_units(slot);
    }
    step.or_freeze(product, freed)?;
    step.finish(slot, ReservationStatus::Cancelled);
    Ok(done)
}
