//! Report: what came of something that a saga wanted done at the provider. What does not fit the state changes nothing.

use crate::shard::step::{About, Effect, Step};
use crate::vocabulary::id::RefundId;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::refusal::{Refusal, Status};
use crate::vocabulary::saga::{Finding, Report};

pub(super) fn run(step: &mut Step<'_>, command: &Report) -> Effect {
    step.key_fits_operators()?;
    match refund_of(&command.finding) {
        Some(refund) => of_refund(step, command, refund),
        None => of_try(step, command),
    }
}

fn of_try(step: &mut Step<'_>, command: &Report) -> Effect {
    let slot = step.shard.find_reservation(command.reservation, None)?;
    let saga = step.shard.sagas.find(command.reservation).ok_or(Refusal::NotFound)?;
    saga.get(command.attempt).ok_or(Refusal::NotFound)?;
    step.key_is_free()?;
    let status = step.shard.reservations.at(slot).status;
    let heard = step.hear(slot, command);
    heard.map_err(|_| Refusal::Conflict(Status::Reservation(status)))?;
    Ok((Done::Internal, About::Operation))
}

fn of_refund(step: &mut Step<'_>, command: &Report, refund: RefundId) -> Effect {
    let slot = step.shard.refunds.find(refund).ok_or(Refusal::NotFound)?;
    let order = step.shard.orders.at(step.shard.refunds.at(slot).order);
    let charge = order.charge.as_ref().filter(|charge| charge.attempt == command.attempt);
    if charge.is_none() || order.reservation != command.reservation {
        return Err(Refusal::NotFound);
    }
    let status = order.status;
    step.key_is_free()?;
    let heard = step.hear_of_refund(slot, command);
    heard.map_err(|_| Refusal::Conflict(Status::Order(status)))?;
    Ok((Done::Internal, About::Operation))
}

fn refund_of(finding: &Finding) -> Option<RefundId> {
    match finding {
        Finding::RefundMade(refund, _)
        | Finding::RefundSucceeded(refund)
        | Finding::RefundUnchanged(refund)
        | Finding::RefundFailed(refund, _) => Some(*refund),
        _ => None,
    }
}
