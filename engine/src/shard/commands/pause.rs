//! Pause: no attempts until resumed. Holds live on.

use super::operation;
use crate::shard::step::{Effect, Step};
use crate::vocabulary::text::ProductId;

pub(super) fn run(step: &mut Step<'_>, product: &ProductId) -> Effect {
    step.key_fits_operators()?;
    let slot = operation::find(step, product)?;
    step.key_is_free()?;
    let product = step.shard.products.at(slot);
    if product.archived || product.frozen {
        return operation::conflict(step, slot);
    }
    if !product.paused {
        step.shard.products.change(slot).paused = true;
        step.emit_product(slot);
    }
    operation::done(step, slot, false)
}
