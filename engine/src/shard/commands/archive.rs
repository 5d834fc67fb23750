//! Archive: ends a product for good, also one that is frozen. Holds live on.

use super::operation;
use crate::shard::step::{Effect, Step};
use crate::vocabulary::text::ProductId;

pub(super) fn run(step: &mut Step<'_>, product: &ProductId) -> Effect {
    step.key_fits_operators()?;
    let slot = operation::find(step, product)?;
    step.key_is_free()?;
    if !step.shard.products.at(slot).archived {
        step.shard.products.unschedule(slot);
        step.shard.products.change(slot).archived = true;
        step.emit_product(slot);
    }
    operation::done(step, slot, false)
}
