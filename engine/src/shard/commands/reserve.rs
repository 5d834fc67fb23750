//! Reserve: holds units for a buyer. Where nothing is to be paid, the hold becomes an order at once.

use super::attempt;
use super::order::{self, Paid};
use crate::shard::step::{About, Effect, Step};
use crate::state::reservation::Reservation;
use crate::state::stock::{self, Pool};
use crate::state::{Broken, NONE, Slot};
use crate::vocabulary::command::{Attempt, Reserve};
use crate::vocabulary::outcome::Done;
use crate::vocabulary::product::PaymentMode;
use crate::vocabulary::refusal::Refusal;
use crate::vocabulary::view::ReservationStatus;

pub(super) fn run(step: &mut Step<'_>, command: &Reserve) -> Effect {
    let secret = step.shard.secret.ok_or(Refusal::NotReady)?;
    let buyer = attempt::find_buyer(step.shard, &secret, command);
    step.key_fits_buyer(buyer.slot)?;
    let attempt = Attempt::from(command);
    let product = attempt::find_product(step.shard, &secret, &attempt)?;
    step.key_is_free()?;
    attempt::admit(step.shard, &attempt, product, buyer)?;
    match step.shard.products.at(product).description.payment {
        PaymentMode::External | PaymentMode::Provider => hold(step, command, product, buyer),
        PaymentMode::None => order_at_once(step, command, product, buyer),
    }
}

fn hold(step: &mut Step<'_>, command: &Reserve, product: Slot, buyer: attempt::Buyer) -> Effect {
    let taken = take_units(step, command, product, Pool::Held);
    step.or_freeze(product, taken)?;
    let slot = record(step, command, product, buyer);
    let expires_at = step.shard.reservations.at(slot).expires_at();
    step.shard.timers.arm(expires_at, slot);
    step.emit_reservation(slot);
    Ok((Done::Reserved(command.reservation), About::Reservation(slot)))
}

pub(super) fn order_at_once(
    step: &mut Step<'_>,
    command: &Reserve,
    product: Slot,
    buyer: attempt::Buyer,
) -> Effect {
    let taken = take_units(step, command, product, Pool::Sold);
    step.or_freeze(product, taken)?;
    let slot = record(step, command, product, buyer);
    order::make(step, slot, command.order, Paid::Nothing);
    Ok((Done::Ordered(command.reservation), About::Reservation(slot)))
}

pub(super) fn take_units(
    step: &mut Step<'_>,
    command: &Reserve,
    product: Slot,
    to: Pool,
) -> Result<(), Broken> {
    let mut books = step.shard.products.at(product).stock;
    stock::shift(&mut books, Pool::Available, to, command.quantity)?;
    step.shard.products.change(product).keep(books);
    Ok(())
}

/// The reservation with all that counts it, but its timer.
pub(super) fn record(step: &mut Step<'_>, command: &Reserve, product: Slot, buyer: attempt::Buyer) -> Slot {
    let shard = &mut *step.shard;
    let buyer = buyer.slot.unwrap_or_else(|| shard.buyers.find_or_add(buyer.hash, &command.buyer));
    let description = &shard.products.at(product).description;
    let price = description.price;
    let reservation = Reservation {
        id: command.reservation,
        mark: shard.sequence + 1,
        created_at: shard.now,
        // Within 2^53, as the bounds of price and quantity are; saturating, should they ever change.
        amount: price.amount.saturating_mul(u64::from(command.quantity)),
        reference: command.reference.clone().map(Box::new),
        product,
        buyer,
        quantity: command.quantity,
        order: NONE,
        hold: u32::try_from(description.hold.0).unwrap_or(u32::MAX),
        currency: price.currency,
        status: ReservationStatus::Held,
    };
    let place = shard.place(product);
    let slot = shard.add_reservation(reservation);
    shard.buyers.add_units(buyer, place, command.quantity);
    shard.buyers.list(buyer, place, slot);
    slot
}
