//! What the operators' commands on a product have in common.

use crate::shard::step::{About, Effect, Step};
use crate::state::Slot;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::refusal::{Refusal, Status};
use crate::vocabulary::text::ProductId;

/// The product of that id.
pub(super) fn find(step: &Step<'_>, product: &ProductId) -> Result<Slot, Refusal> {
    let secret = step.shard.secret.as_ref().ok_or(Refusal::NotReady)?;
    step.shard.products.find(secret, product).ok_or(Refusal::NotFound)
}

/// The refusal of what the product's state does not allow.
pub(super) fn conflict(step: &Step<'_>, product: Slot) -> Effect {
    let status = step.shard.products.at(product).status(step.now());
    Err(Refusal::Conflict(Status::Product(status)))
}

/// What was done, with the product as it is since.
pub(super) fn done(step: &Step<'_>, product: Slot, created: bool) -> Effect {
    let product = Box::new(step.shard.products.at(product).view(step.now()));
    Ok((Done::Product { created, product }, About::Operation))
}
