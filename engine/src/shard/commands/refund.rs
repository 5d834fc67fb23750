//! Refund: records that money of an order went back, and puts its units back on sale if wanted.

use crate::shard::step::{About, Effect, Step};
use crate::state::Slot;
use crate::state::order::Order;
use crate::state::refund::Refund as Record;
use crate::state::stock::{self, Pool};
use crate::vocabulary::command::Refund;
use crate::vocabulary::event::Fact;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::refusal::{Field, Refusal, Status};
use crate::vocabulary::view::OrderStatus;

pub(super) fn run(step: &mut Step<'_>, command: &Refund) -> Effect {
    let slot = step.shard.orders.find(command.order).ok_or(Refusal::NotFound)?;
    let order = step.shard.orders.at(slot);
    let (status, product) = (order.status, order.product);
    step.key_fits_buyer(Some(order.buyer))?;
    let amount = check_amount(order, command)?;
    step.key_is_free()?;
    if command.restock {
        step.not_frozen(product)?;
    }
    let known = step.shard.refunds.find(command.id).is_some();
    if known || status == OrderStatus::Refunded {
        return Err(Refusal::Conflict(Status::Order(status)));
    }
    if command.restock {
        restock(step, slot)?;
    }
    let refund = record(step, command, slot, amount);
    Ok((Done::Refunded(command.id), About::Refund(refund)))
}

/// The amount that goes back. Of an order whose money went back already no amount is right or wrong.
fn check_amount(order: &Order, command: &Refund) -> Result<u64, Refusal> {
    let rest = order.rest();
    let amount = command.amount.unwrap_or(rest);
    if order.status == OrderStatus::Refunded {
        return Ok(0);
    }
    if amount > rest || (amount == 0 && rest > 0) {
        return Err(Refusal::Invalid(Field::Amount { takes: rest }));
    }
    if command.restock && amount != rest {
        return Err(Refusal::Invalid(Field::Restock));
    }
    Ok(amount)
}

/// Sold units become available, and no longer count against the buyer's limits.
fn restock(step: &mut Step<'_>, slot: Slot) -> Result<(), Refusal> {
    let order = step.shard.orders.at(slot);
    let (product, buyer, quantity) = (order.product, order.buyer, order.quantity);
    let mut books = step.shard.products.at(product).stock;
    let moved = stock::shift(&mut books, Pool::Sold, Pool::Available, quantity);
    step.or_freeze(product, moved)?;
    step.shard.products.change(product).keep(books);
    let place = step.shard.place(product);
    step.shard.buyers.remove_units(buyer, place, quantity);
    Ok(())
}

fn record(step: &mut Step<'_>, command: &Refund, order: Slot, amount: u64) -> Slot {
    let created_at = step.now();
    step.shard.change_order(order, |order| {
        order.refunded = order.refunded.saturating_add(amount);
        let all = order.rest() == 0;
        order.status = if all { OrderStatus::Refunded } else { OrderStatus::PartiallyRefunded };
        order.restocked = command.restock;
    });
    let refund = Record { id: command.id, created_at, amount, order, restock: command.restock };
    let slot = step.shard.add_refund(refund);
    step.emit(Fact::Refund(Box::new(step.shard.refund_view(slot))));
    step.emit_order(order);
    slot
}
