//! Transfers: units go from one lane to another, in a step at each and a third that forgets them.
//!
//! Each step tells by the transfer's number whether it was done before, so it can be repeated at will, by whoever finds
//! the transfer under way.

use super::operation;
use crate::shard::step::{About, Effect, Step};
use crate::state::{Slot, stock};
use crate::vocabulary::lane::{Neighbour, Transfer};
use crate::vocabulary::limits::STOCK_MAX;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::product::Stock;
use crate::vocabulary::refusal::{Field, Refusal, Status};

const DONE: Effect = Ok((Done::Internal, About::Operation));

/// Units leave this lane. From now on they are available where they go.
pub(super) fn send(step: &mut Step<'_>, transfer: &Transfer) -> Effect {
    let (slot, to) = find(step, transfer, transfer.from, transfer.to)?;
    if transfer.number <= to.sent {
        return if is_another(transfer, &to) { other(to.sent) } else { DONE };
    }
    step.not_frozen(slot)?;
    let books = step.shard.products.at(slot).stock;
    if books.available < transfer.units {
        return Err(Refusal::SoldOut { available: books.available, may_return: books.held > 0 });
    }
    if to.on_the_way > 0 || transfer.number - to.sent > 1 {
        return other(to.sent);
    }
    let (available, total) = (books.available - transfer.units, books.total.saturating_sub(transfer.units));
    change(step, slot, Stock { available, total, ..books }, transfer.to, |to| {
        (to.sent, to.on_the_way) = (transfer.number, transfer.units);
    })
}

/// Units arrive at this lane.
pub(super) fn receive(step: &mut Step<'_>, transfer: &Transfer) -> Effect {
    let (slot, from) = find(step, transfer, transfer.to, transfer.from)?;
    if transfer.number <= from.received {
        return DONE;
    }
    step.not_frozen(slot)?;
    if transfer.number - from.received > 1 {
        return other(from.received);
    }
    let books = step.shard.products.at(slot).stock;
    // No lane sends what would not fit, for all of a product does. This was made up, or a lane was adjusted beyond that.
    if transfer.units > STOCK_MAX.saturating_sub(books.total) {
        return Err(Refusal::Invalid(Field::Delta));
    }
    let [available, total] = [books.available, books.total].map(|units| units.saturating_add(transfer.units));
    change(step, slot, Stock { available, total, ..books }, transfer.from, |from| {
        from.received = transfer.number;
    })
}

/// The units that left this lane have arrived: they are not its any more.
pub(super) fn settle(step: &mut Step<'_>, transfer: &Transfer) -> Effect {
    let (slot, to) = find(step, transfer, transfer.from, transfer.to)?;
    if transfer.number > to.sent || is_another(transfer, &to) {
        return other(to.sent);
    }
    if transfer.number == to.sent && to.on_the_way > 0 {
        let books = step.shard.products.at(slot).stock;
        return change(step, slot, books, transfer.to, |to| to.on_the_way = 0);
    }
    DONE
}

/// Whether there is a transfer of this number under way that another driver began, who saw the same and wanted more or
/// less. Who went on with the wrong units would make some, or lose them. What is over was received, and cannot be again.
fn is_another(transfer: &Transfer, to: &Neighbour) -> bool {
    transfer.number == to.sent && to.on_the_way > 0 && transfer.units != to.on_the_way
}

/// The product, and what its lane `here` knows of the lane `there`.
fn find(step: &Step<'_>, transfer: &Transfer, here: u16, there: u16) -> Result<(Slot, Neighbour), Refusal> {
    step.key_fits_operators()?;
    if !(1..=STOCK_MAX).contains(&transfer.units) {
        return Err(Refusal::Invalid(Field::Delta));
    }
    let slot = operation::find(step, &transfer.product)?;
    let product = step.shard.products.at(slot);
    let lane = product.lane.as_ref().filter(|lane| lane.index == here);
    let neighbour = lane.and_then(|lane| lane.neighbour(there)).ok_or(Refusal::Invalid(Field::Lanes))?;
    step.key_is_free()?;
    Ok((slot, *neighbour))
}

/// Writes new books, and what is known of another lane since.
fn change(
    step: &mut Step<'_>,
    slot: Slot,
    books: Stock,
    other: u16,
    note: impl FnOnce(&mut Neighbour),
) -> Effect {
    let sound = stock::check(&step.shard.products.at(slot).stock).and(stock::check(&books));
    step.or_freeze(slot, sound)?;
    let product = step.shard.products.change(slot);
    product.keep(books);
    if let Some(known) = product.lane.as_mut().and_then(|lane| lane.neighbour_mut(other)) {
        note(known);
    }
    DONE
}

fn other(newest: u64) -> Effect {
    Err(Refusal::Conflict(Status::OtherTransfer { newest }))
}
