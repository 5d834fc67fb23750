//! Notice: the provider told that something happened. What it names is to be looked at, once for every event.

use crate::shard::step::{About, Effect, Step};
use crate::state::Slot;
use crate::state::seen;
use crate::vocabulary::command::Notice;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::refusal::Refusal;

pub(super) fn run(step: &mut Step<'_>, command: &Notice) -> Effect {
    step.key_fits_operators()?;
    let secret = step.shard.secret.ok_or(Refusal::NotReady)?;
    let event = seen::hash_of(&secret, &command.event);
    if let Some(refund) = command.refund {
        let slot = step.shard.refunds.find(refund).ok_or(Refusal::NotFound)?;
        let refund = step.shard.refunds.at(slot);
        let is_its = step.shard.orders.at(refund.order).reservation == command.reservation;
        if !is_its || refund.payout.is_none() {
            return Err(Refusal::NotFound);
        }
        step.key_is_free()?;
        notice_refund(step, slot, event);
    } else {
        let slot = step.shard.find_reservation(command.reservation, None)?;
        step.shard.sagas.find(command.reservation).ok_or(Refusal::NotFound)?;
        step.key_is_free()?;
        notice_try(step, slot, event, command);
    }
    Ok((Done::Internal, About::Operation))
}

/// An event names the try whose intent it is about. One that names none, or an intent that is not recorded yet, is
/// taken for the last.
fn notice_try(step: &mut Step<'_>, slot: Slot, event: u64, command: &Notice) {
    step.shard.change_saga(slot, |saga| {
        let named = saga.numbered().find(|(_, one)| command.intent.is_some() && one.intent == command.intent);
        let attempt = named.map_or(saga.last(), |(attempt, _)| attempt);
        if saga.seen.note(event)
            && let Some(one) = saga.get_mut(attempt)
        {
            one.notices.hear();
        }
    });
}

fn notice_refund(step: &mut Step<'_>, slot: Slot, event: u64) {
    step.shard.change_refund(slot, |refund| {
        if let Some(payout) = &mut refund.payout
            && payout.seen.note(event)
        {
            payout.notices.hear();
        }
    });
}
