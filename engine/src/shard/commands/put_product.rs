//! Put product: creates a product, or changes how it is described.

use super::operation::{self, done};
use crate::shard::step::{Effect, Step};
use crate::state::Slot;
use crate::state::product::Product;
use crate::vocabulary::command::PutProduct;
use crate::vocabulary::limits::{AMOUNT_MAX, HOLD_MAX, PRODUCTS_PER_SHARD, STOCK_MAX};
use crate::vocabulary::product::Description;
use crate::vocabulary::refusal::{Field, Refusal};
use crate::vocabulary::time::Span;

const HOLD_MIN: Span = Span::from_secs(1);

pub(super) fn run(step: &mut Step<'_>, command: &PutProduct) -> Effect {
    step.key_fits_operators()?;
    check(&command.description)?;
    match operation::find(step, &command.product) {
        Err(_) => create(step, command),
        Ok(slot) => update(step, command, slot),
    }
}

fn create(step: &mut Step<'_>, command: &PutProduct) -> Effect {
    if step.shard.products.len() >= PRODUCTS_PER_SHARD {
        return Err(Refusal::Invalid(Field::Products));
    }
    step.key_is_free()?;
    if command.if_revision.is_some_and(|revision| revision != 0) {
        return Err(Refusal::RevisionMismatch { revision: 0 });
    }
    let secret = step.shard.secret.ok_or(Refusal::NotReady)?;
    let now = step.now();
    let product = Product::new(command.product.clone(), command.description.clone(), now);
    let slot = step.shard.products.add(&secret, product);
    step.shard.products.schedule(slot, now);
    step.emit_product(slot);
    done(step, slot, true)
}

fn update(step: &mut Step<'_>, command: &PutProduct, slot: Slot) -> Effect {
    step.key_is_free()?;
    let product = step.shard.products.at(slot);
    let (old, new) = (&product.description, &command.description);
    if command.if_revision.is_some_and(|revision| revision != product.revision) {
        return Err(Refusal::RevisionMismatch { revision: product.revision });
    }
    if product.archived || product.frozen || old.stock != new.stock || old.lanes != new.lanes {
        return operation::conflict(step, slot);
    }
    if old != new {
        step.shard.products.unschedule(slot);
        step.shard.products.change(slot).redescribe(new.clone());
        step.shard.products.schedule(slot, step.now());
        step.emit_product(slot);
    }
    done(step, slot, false)
}

/// The bounds of a description's fields, in the order of [`Field`].
fn check(description: &Description) -> Result<(), Refusal> {
    let Description {
        price,
        stock,
        max_per_buyer,
        max_per_buyer_in_group,
        hold,
        opens_at,
        closes_at,
        lanes,
        ..
    } = description;
    let wrong = [
        (*stock > STOCK_MAX, Field::Stock),
        (price.amount > AMOUNT_MAX, Field::Price),
        (*max_per_buyer == 0, Field::MaxPerBuyer),
        (*max_per_buyer_in_group == Some(0), Field::MaxPerBuyerInGroup),
        (!(HOLD_MIN..=HOLD_MAX).contains(hold), Field::HoldSeconds),
        (closes_at.is_some_and(|closes_at| closes_at <= *opens_at), Field::ClosesAt),
        (*lanes != 1, Field::Lanes),
    ];
    match wrong.into_iter().find(|&(wrong, _)| wrong) {
        Some((_, field)) => Err(Refusal::Invalid(field)),
        None => Ok(()),
    }
}
