//! Consumers of the outbox: they come, tell how far they are, and go.

use crate::shard::step::{About, Effect, Step};
use crate::vocabulary::command::Acknowledge;
use crate::vocabulary::limits::CONSUMERS_MAX;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::refusal::{Field, Refusal};
use crate::vocabulary::text::ConsumerName;

const DONE: Effect = Ok((Done::Internal, About::Operation));

/// From now on it is told of all events. One that is there already stays where it is.
pub(super) fn subscribe(step: &mut Step<'_>, consumer: &ConsumerName) -> Effect {
    step.key_fits_operators()?;
    let is_new = step.shard.cursor(consumer).is_none();
    if is_new && step.shard.consumers().count() >= CONSUMERS_MAX {
        return Err(Refusal::Invalid(Field::Consumers));
    }
    step.key_is_free()?;
    if is_new {
        let sequence = step.shard.sequence;
        step.shard.set_cursor(consumer, sequence);
    }
    DONE
}

/// What was acknowledged is never told again, so a cursor never goes back.
pub(super) fn acknowledge(step: &mut Step<'_>, command: &Acknowledge) -> Effect {
    step.key_fits_operators()?;
    if command.sequence > step.shard.sequence {
        return Err(Refusal::Invalid(Field::Sequence));
    }
    let cursor = step.shard.cursor(&command.consumer).ok_or(Refusal::NotFound)?;
    step.key_is_free()?;
    if command.sequence > cursor {
        step.shard.set_cursor(&command.consumer, command.sequence);
    }
    DONE
}

/// It will not come again: nothing is kept for it.
pub(super) fn unsubscribe(step: &mut Step<'_>, consumer: &ConsumerName) -> Effect {
    step.key_fits_operators()?;
    step.shard.cursor(consumer).ok_or(Refusal::NotFound)?;
    step.key_is_free()?;
    step.shard.remove_consumer(consumer);
    DONE
}
