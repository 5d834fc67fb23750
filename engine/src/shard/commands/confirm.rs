//! Confirm: the payment outside succeeded. The hold becomes an order.

use super::order::{self, Paid};
use crate::shard::step::{About, Effect, Step};
use crate::state::Slot;
use crate::vocabulary::command::Confirm;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::refusal::{Field, Refusal, Status};
use crate::vocabulary::view::ReservationStatus;

pub(super) fn run(step: &mut Step<'_>, command: &Confirm) -> Effect {
    let slot = step.shard.find_reservation(command.reservation, command.buyer.as_ref())?;
    let reservation = step.shard.reservations.at(slot);
    let (status, product, price) = (reservation.status, reservation.product, reservation.price());
    if command.paid.amount != price.amount {
        return Err(Refusal::Invalid(Field::Amount { takes: price.amount }));
    }
    if command.paid.currency != price.currency {
        return Err(Refusal::Invalid(Field::Currency));
    }
    step.key_is_free()?;
    let done = (Done::Confirmed(command.reservation), About::Reservation(slot));
    match status {
        ReservationStatus::Held | ReservationStatus::Paying => step.not_frozen(product)?,
        ReservationStatus::Paid if is_paid_by(step, slot, command) => return Ok(done),
        ReservationStatus::Expired => return Err(Refusal::ReservationExpired),
        ReservationStatus::Paid | ReservationStatus::Cancelled => {
            return Err(Refusal::Conflict(Status::Reservation(status)));
        }
    }
    order::check_outside(step.shard, slot)?;
    order::check_id(step.shard, command.order)?;
    let sold = step.check_hold(slot).and_then(|()| step.sell_units(slot));
    step.or_freeze(product, sold)?;
    order::make(step, slot, command.order, Paid::Outside(command.payment.clone()));
    Ok(done)
}

/// Whether this is the payment by which it was paid before.
fn is_paid_by(step: &Step<'_>, slot: Slot, command: &Confirm) -> bool {
    let order = step.shard.orders.get(step.shard.reservations.at(slot).order);
    order.is_some_and(|order| order.payment.as_ref() == Some(&command.payment))
}
