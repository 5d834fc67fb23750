//! What an attempt to reserve must pass. The leader asks the same before it proposes, so each rule stands here once.

use crate::shard::Shard;
use crate::shard::room::Room;
use crate::state::{Slot, keyed};
use crate::vocabulary::command::{Attempt, Reserve};
use crate::vocabulary::id::ReservationId;
use crate::vocabulary::limits::{LIVE_NAMED_MAX, QUANTITY_MAX};
use crate::vocabulary::product::PaymentMode;
use crate::vocabulary::refusal::{Field, Refusal, Status};

/// A buyer, who need not be known yet, with the keyed hash of the id.
#[derive(Clone, Copy)]
pub(in crate::shard) struct Buyer {
    pub(super) hash: u64,
    pub(in crate::shard) slot: Option<Slot>,
}

pub(in crate::shard) fn find_buyer(shard: &Shard, secret: &[u8; 16], command: &Reserve) -> Buyer {
    let hash = keyed::of_text(secret, &command.buyer);
    Buyer { hash, slot: shard.buyers.find(hash, &command.buyer) }
}

/// The first refusals: what is asked for cannot be, or there is no such product.
pub(in crate::shard) fn find_product(
    shard: &Shard,
    secret: &[u8; 16],
    attempt: &Attempt<'_>,
) -> Result<Slot, Refusal> {
    let command = attempt.reserve;
    if !(1..=QUANTITY_MAX).contains(&command.quantity) {
        return Err(Refusal::Invalid(Field::Quantity));
    }
    let slot = shard.products.find(secret, &command.product).ok_or(Refusal::NotFound)?;
    let payment = shard.products.at(slot).description.payment;
    if command.purchase && !attempt.has_means && payment == PaymentMode::Provider {
        return Err(Refusal::Invalid(Field::PaymentMethod));
    }
    Ok(slot)
}

/// All other refusals, or what there is room for.
pub(in crate::shard) fn admit<'a>(
    shard: &Shard,
    attempt: &Attempt<'a>,
    product: Slot,
    buyer: Buyer,
) -> Result<Room<'a>, Refusal> {
    let command = attempt.reserve;
    check_window(shard, product)?;
    let allowance = allowance(shard, command, product, buyer)?;
    let group = group_allowance(shard, command, product, buyer)?;
    let stock = shard.products.at(product).stock;
    if stock.available < u64::from(command.quantity) {
        return Err(Refusal::SoldOut { available: stock.available, may_return: stock.held > 0 });
    }
    check_state(shard, attempt, product)?;
    Ok(Room { available: stock.available, allowance, group })
}

fn check_window(shard: &Shard, product: Slot) -> Result<(), Refusal> {
    let product = shard.products.at(product);
    let description = &product.description;
    if shard.now < description.opens_at {
        return Err(Refusal::SaleNotStarted { opens_at: description.opens_at });
    }
    if product.paused || product.frozen {
        return Err(Refusal::SalePaused);
    }
    if product.archived || description.closes_at.is_some_and(|closes_at| shard.now >= closes_at) {
        return Err(Refusal::SaleEnded);
    }
    Ok(())
}

/// How many units of the product the buyer may still take, if it is as many as asked for.
fn allowance(shard: &Shard, command: &Reserve, product: Slot, buyer: Buyer) -> Result<u64, Refusal> {
    let limit = shard.products.at(product).description.max_per_buyer;
    let place = shard.place(product);
    let units = buyer.slot.map_or(0, |buyer| shard.buyers.units(buyer, place));
    let allowance = u64::from(limit.saturating_sub(units));
    if allowance >= u64::from(command.quantity) {
        return Ok(allowance);
    }
    let live = buyer.slot.into_iter().flat_map(|buyer| shard.buyers.live(buyer, place));
    Err(Refusal::LimitReached { limit, in_group: false, live: names(shard, live) })
}

/// The same over all products of the group, where that is limited.
fn group_allowance<'a>(
    shard: &Shard,
    command: &'a Reserve,
    product: Slot,
    buyer: Buyer,
) -> Result<Option<(&'a str, u64)>, Refusal> {
    let Some(limit) = shard.products.at(product).description.max_per_buyer_in_group else { return Ok(None) };
    let group = shard.place(product).group;
    let units = buyer.slot.map_or(0, |buyer| shard.buyers.units_of_group(buyer, group));
    let allowance = u64::from(limit).saturating_sub(units);
    if allowance >= u64::from(command.quantity) {
        return Ok(Some((command.product.group(), allowance)));
    }
    let live = buyer.slot.into_iter().flat_map(|buyer| shard.buyers.live_of_group(buyer, group));
    Err(Refusal::LimitReached { limit, in_group: true, live: names(shard, live) })
}

fn names(shard: &Shard, live: impl Iterator<Item = Slot>) -> Vec<ReservationId> {
    live.take(LIVE_NAMED_MAX).map(|slot| shard.reservations.at(slot).id).collect()
}

/// A purchase needs a product without payment, or something to pay with and a provider to take it; and an id is there
/// once, whoever sends it again.
fn check_state(shard: &Shard, attempt: &Attempt<'_>, product: Slot) -> Result<(), Refusal> {
    let command = attempt.reserve;
    let product = shard.products.at(product);
    let becomes_order = match product.description.payment {
        PaymentMode::None => true,
        PaymentMode::Provider => attempt.has_means,
        PaymentMode::External => false,
    };
    if (command.purchase || attempt.has_means) && !becomes_order {
        let (status, payment) = (product.status(shard.now), product.description.payment);
        return Err(Refusal::Conflict(Status::PaidOtherwise(status, payment)));
    }
    if let Some(slot) = shard.reservations.find(command.reservation) {
        return Err(Refusal::Conflict(Status::Reservation(shard.reservations.at(slot).status)));
    }
    if becomes_order { super::order::check_id(shard, command.order) } else { Ok(()) }
}
