//! Found: makes an empty shard usable.

use crate::shard::step::{About, Effect, Step};
use crate::vocabulary::command::Found;
use crate::vocabulary::outcome::Done;

/// The first secret stays. A second leader that founds the shard once more learns of it from the state.
pub(super) fn run(step: &mut Step<'_>, command: &Found) -> Effect {
    step.key_fits_operators()?;
    step.key_is_free()?;
    step.shard.secret.get_or_insert(command.secret);
    Ok((Done::Internal, About::Operation))
}
