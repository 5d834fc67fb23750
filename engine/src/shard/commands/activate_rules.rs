//! Activate rules: changes what later commands are applied by.

use crate::shard::step::{About, Effect, Step};
use crate::vocabulary::batch::RULES;
use crate::vocabulary::command::ActivateRules;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::refusal::{Field, Refusal};

pub(super) fn run(step: &mut Step<'_>, command: &ActivateRules) -> Effect {
    step.key_fits_operators()?;
    if !(step.shard.rules..=RULES).contains(&command.version) {
        return Err(Refusal::Invalid(Field::Rules));
    }
    step.key_is_free()?;
    step.shard.rules = command.version;
    Ok((Done::Internal, About::Operation))
}
