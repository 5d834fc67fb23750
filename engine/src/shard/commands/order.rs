//! How a hold becomes an order.

use crate::shard::Shard;
use crate::shard::step::Step;
use crate::state::Slot;
use crate::state::order::{Charge, Order};
use crate::vocabulary::id::OrderId;
use crate::vocabulary::product::PaymentMode;
use crate::vocabulary::refusal::{Refusal, Status};
use crate::vocabulary::text::PaymentReference;
use crate::vocabulary::view::{OrderStatus, ReservationStatus};

/// An order's id is there once.
pub(in crate::shard) fn check_id(shard: &Shard, id: OrderId) -> Result<(), Refusal> {
    match shard.orders.find(id) {
        Some(slot) => Err(Refusal::Conflict(Status::Order(shard.orders.at(slot).status))),
        None => Ok(()),
    }
}

/// Whether the shop may take the payment of a hold itself: not where the provider takes it, or was asked to before.
pub(super) fn check_outside(shard: &Shard, slot: Slot) -> Result<(), Refusal> {
    let reservation = shard.reservations.at(slot);
    let product = shard.products.at(reservation.product);
    if shard.sagas.find(reservation.id).is_some() {
        return Err(Refusal::Conflict(Status::Reservation(reservation.status)));
    }
    let is_held = reservation.status == ReservationStatus::Held;
    if is_held && product.description.payment == PaymentMode::Provider {
        let (status, payment) = (product.status(shard.now), product.description.payment);
        return Err(Refusal::Conflict(Status::PaidOtherwise(status, payment)));
    }
    Ok(())
}

/// By whom an order was paid.
pub(in crate::shard) enum Paid {
    /// There was nothing to pay.
    Nothing,
    /// The shop took the money.
    Outside(PaymentReference),
    /// The provider takes the money.
    Provider(Box<Charge>),
}

/// Makes the order of a live reservation whose units were sold.
pub(in crate::shard) fn make(step: &mut Step<'_>, slot: Slot, id: OrderId, paid: Paid) {
    let (payment, charge) = match paid {
        Paid::Nothing => (None, None),
        Paid::Outside(payment) => (Some(payment), None),
        Paid::Provider(charge) => (None, Some(charge)),
    };
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
        charge,
    };
    let order = step.shard.add_order(order);
    step.shard.reservations.at_mut(slot).order = order;
    step.finish(slot, ReservationStatus::Paid);
    step.emit_order(order);
}
