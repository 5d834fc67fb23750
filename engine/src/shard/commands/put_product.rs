//! Put product: creates a product, or one lane of it, or changes how it is described.

use super::operation::{self, done};
use crate::shard::step::{Effect, Step};
use crate::state::Slot;
use crate::state::product::Product;
use crate::vocabulary::command::{PutLane, PutProduct};
use crate::vocabulary::limits::{AMOUNT_MAX, HOLD_MAX, LANES_MAX, PRODUCTS_PER_SHARD, STOCK_MAX};
use crate::vocabulary::product::Description;
use crate::vocabulary::refusal::{Field, Refusal};
use crate::vocabulary::time::Span;

const HOLD_MIN: Span = Span::from_secs(1);

pub(super) fn run(step: &mut Step<'_>, command: &PutProduct) -> Effect {
    put(step, command, None)
}

/// The lane of a product that lies on this shard.
pub(super) fn run_lane(step: &mut Step<'_>, command: &PutLane) -> Effect {
    put(step, &command.put, Some(command.lane))
}

fn put(step: &mut Step<'_>, command: &PutProduct, lane: Option<u16>) -> Effect {
    step.key_fits_operators()?;
    check(&command.description, lane)?;
    match operation::find(step, &command.product) {
        Err(_) => create(step, command, lane),
        Ok(slot) => update(step, command, lane, slot),
    }
}

fn create(step: &mut Step<'_>, command: &PutProduct, lane: Option<u16>) -> Effect {
    if step.shard.products.len() >= PRODUCTS_PER_SHARD {
        return Err(Refusal::Invalid(Field::Products));
    }
    step.key_is_free()?;
    if command.if_revision.is_some_and(|revision| revision != 0) {
        return Err(Refusal::RevisionMismatch { revision: 0 });
    }
    let secret = step.shard.secret.ok_or(Refusal::NotReady)?;
    let now = step.now();
    let (id, description) = (command.product.clone(), command.description.clone());
    let product = match lane {
        Some(lane) => Product::of_lane(id, description, lane, now),
        None => Product::new(id, description, now),
    };
    let slot = step.shard.products.add(&secret, product);
    step.shard.products.schedule(slot, now);
    step.emit_product(slot);
    done(step, slot, true)
}

fn update(step: &mut Step<'_>, command: &PutProduct, lane: Option<u16>, slot: Slot) -> Effect {
    step.key_is_free()?;
    let product = step.shard.products.at(slot);
    let (old, new) = (&product.description, &command.description);
    if command.if_revision.is_some_and(|revision| revision != product.revision) {
        return Err(Refusal::RevisionMismatch { revision: product.revision });
    }
    let is_other = product.lane.as_ref().map(|lane| lane.index) != lane || old.lanes != new.lanes;
    if product.archived || product.frozen || old.stock != new.stock || is_other {
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
fn check(description: &Description, lane: Option<u16>) -> Result<(), Refusal> {
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
        (!lanes_fit(*lanes, lane), Field::Lanes),
    ];
    match wrong.into_iter().find(|&(wrong, _)| wrong) {
        Some((_, field)) => Err(Refusal::Invalid(field)),
        None => Ok(()),
    }
}

/// A product that is put as a whole has one lane; one that is put lane by lane has several.
fn lanes_fit(lanes: u16, lane: Option<u16>) -> bool {
    match lane {
        None => lanes == 1,
        Some(lane) => (2..=LANES_MAX).contains(&lanes) && lane < lanes,
    }
}
