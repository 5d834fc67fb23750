//! Pay: begins a payment by the provider. The hold then ends at one fixed moment, however often it is tried.

use super::order;
use crate::shard::step::{About, Effect, Step};
use crate::state::Slot;
use crate::state::saga::{Saga, Try};
use crate::vocabulary::command::Pay;
use crate::vocabulary::id::OrderId;
use crate::vocabulary::limits::TRIES_MAX;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::product::PaymentMode;
use crate::vocabulary::refusal::{Refusal, Status};
use crate::vocabulary::saga::Means;
use crate::vocabulary::view::ReservationStatus;

pub(super) fn run(step: &mut Step<'_>, command: &Pay) -> Effect {
    let slot = step.shard.find_reservation(command.reservation, command.buyer.as_ref())?;
    let reservation = step.shard.reservations.at(slot);
    let (status, product) = (reservation.status, reservation.product);
    step.key_fits_buyer(Some(reservation.buyer))?;
    step.key_is_free()?;
    match status {
        ReservationStatus::Held => step.not_frozen(product)?,
        ReservationStatus::Expired => return Err(Refusal::ReservationExpired),
        ReservationStatus::Paying | ReservationStatus::Paid | ReservationStatus::Cancelled => {
            return Err(Refusal::Conflict(Status::Reservation(status)));
        }
    }
    let product_now = step.shard.products.at(product);
    if product_now.description.payment != PaymentMode::Provider {
        let (status, payment) = (product_now.status(step.now()), product_now.description.payment);
        return Err(Refusal::Conflict(Status::PaidOtherwise(status, payment)));
    }
    if step.shard.sagas.find(command.reservation).map_or(0, Saga::last) >= TRIES_MAX {
        return Err(Refusal::Conflict(Status::TriesUsedUp));
    }
    order::check_id(step.shard, command.order)?;
    let sound = step.check_hold(slot);
    step.or_freeze(product, sound)?;
    Ok(begin(step, slot, command.order, &command.means))
}

/// Begins a try to pay a reservation that is held.
pub(super) fn begin(step: &mut Step<'_>, slot: Slot, order: OrderId, means: &Means) -> (Done, About) {
    let reservation = step.shard.reservations.at(slot).id;
    let attempt = step.shard.add_try(slot, Try::new(order, means, step.now()));
    step.turn(slot, ReservationStatus::Paying);
    (Done::PaymentBegun { reservation, attempt }, About::Reservation(slot))
}
