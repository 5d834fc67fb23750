//! How a hold becomes an order.

use crate::shard::Shard;
use crate::shard::step::Step;
use crate::state::Slot;
use crate::state::order::Order;
use crate::vocabulary::id::OrderId;
use crate::vocabulary::refusal::{Refusal, Status};
use crate::vocabulary::text::PaymentReference;
use crate::vocabulary::view::{OrderStatus, ReservationStatus};

/// An order's id is there once.
pub(super) fn check_id(shard: &Shard, id: OrderId) -> Result<(), Refusal> {
    match shard.orders.find(id) {
        Some(slot) => Err(Refusal::Conflict(Status::Order(shard.orders.at(slot).status))),
        None => Ok(()),
    }
}

/// Makes the order of a live reservation whose units were sold.
pub(super) fn make(step: &mut Step<'_>, slot: Slot, id: OrderId, payment: Option<PaymentReference>) {
    let reservation = step.shard.reservations.at(slot);
    let order = Order {
        id,
        reservation: reservation.id,
        reference: reservation.reference.as_deref().cloned(),
        payment,
        created_at: step.now(),
        amount: reservation.amount,
        refunded: 0,
        product: reservation.product,
        buyer: reservation.buyer,
        quantity: reservation.quantity,
        currency: reservation.currency,
        status: OrderStatus::Confirmed,
        restocked: false,
    };
    let order = step.shard.add_order(order);
    step.shard.reservations.at_mut(slot).order = order;
    step.finish(slot, ReservationStatus::Paid);
    step.emit_order(order);
}
