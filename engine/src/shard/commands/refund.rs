//! Refund: money of an order goes back, and its units back on sale if wanted. Where the shop took the money it gave it
//! back as well, and this records it; where the provider did, it is begun here and driven to its end by the saga.

use crate::shard::step::{About, Effect, Step};
use crate::state::Slot;
use crate::state::order::Order;
use crate::state::refund::{Payout, Refund as Record};
use crate::vocabulary::command::Refund;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::refusal::{Field, Refusal, Status};
use crate::vocabulary::view::OrderStatus;

pub(super) fn run(step: &mut Step<'_>, command: &Refund) -> Effect {
    let slot = step.shard.orders.find(command.order).ok_or(Refusal::NotFound)?;
    let order = step.shard.orders.at(slot);
    let (status, product, nothing_is_left) = (order.status, order.product, has_nothing_left(order));
    step.key_fits_buyer(Some(order.buyer))?;
    let amount = check_amount(order, command)?;
    step.key_is_free()?;
    if command.restock {
        step.not_frozen(product)?;
    }
    let known = step.shard.refunds.find(command.id).is_some();
    if known || nothing_is_left {
        return Err(Refusal::Conflict(Status::Order(status)));
    }
    if step.shard.orders.at(slot).charge.is_some() {
        let refund = begin(step, command, slot, amount);
        return Ok((Done::RefundBegun(command.id), About::Refund(refund)));
    }
    if command.restock {
        let returned = step.return_units(slot);
        step.or_freeze(product, returned)?;
    }
    let refund = record(step, command, slot, amount);
    Ok((Done::Refunded(command.id), About::Refund(refund)))
}

/// Whether all of an order's money went back, is on its way back, or was never taken. What was free can be refunded once.
fn has_nothing_left(order: &Order) -> bool {
    let is_over = matches!(order.status, OrderStatus::Refunded | OrderStatus::Cancelled);
    is_over || (order.amount > 0 && order.rest() == 0)
}

/// The amount that goes back. Of an order that has none to give back any more, no amount is right or wrong.
fn check_amount(order: &Order, command: &Refund) -> Result<u64, Refusal> {
    let rest = order.rest();
    let amount = command.amount.unwrap_or(rest);
    if has_nothing_left(order) {
        return Ok(0);
    }
    let was_free = order.amount == 0;
    if amount > rest || (amount == 0 && !was_free) {
        return Err(Refusal::Invalid(Field::Amount { takes: rest }));
    }
    if command.restock && (amount != rest || order.restocked) {
        return Err(Refusal::Invalid(Field::Restock));
    }
    Ok(amount)
}

/// The provider is to give it back. Until it did, nothing but the amount that is left changes: not the units, for a
/// refund that fails leaves the buyer with what was bought.
fn begin(step: &mut Step<'_>, command: &Refund, order: Slot, amount: u64) -> Slot {
    step.shard.change_order(order, |order| {
        if let Some(charge) = &mut order.charge {
            charge.refunding = charge.refunding.saturating_add(amount);
        }
    });
    let payout = Some(Box::new(Payout::new()));
    let (id, created_at, restock) = (command.id, step.now(), command.restock);
    let slot = step.shard.add_refund(Record { id, created_at, amount, order, restock, payout });
    step.emit_refund(slot);
    slot
}

/// It was given back outside.
fn record(step: &mut Step<'_>, command: &Refund, order: Slot, amount: u64) -> Slot {
    step.shard.change_order(order, |order| {
        order.refund(order.refunded.saturating_add(amount));
        order.restocked |= command.restock;
    });
    let (id, created_at, restock) = (command.id, step.now(), command.restock);
    let slot = step.shard.add_refund(Record { id, created_at, amount, order, restock, payout: None });
    step.emit_refund(slot);
    step.emit_order(order);
    slot
}
