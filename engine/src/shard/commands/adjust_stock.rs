//! Adjust stock: adds units, or takes away such as are free.

use super::operation;
use crate::shard::step::{About, Effect, Step};
use crate::state::{Slot, stock};
use crate::vocabulary::command::AdjustStock;
use crate::vocabulary::event::Fact;
use crate::vocabulary::limits::STOCK_MAX;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::product::Stock;
use crate::vocabulary::refusal::{Field, Refusal};
use crate::vocabulary::view::Adjustment;

pub(super) fn run(step: &mut Step<'_>, command: &AdjustStock) -> Effect {
    step.key_fits_operators()?;
    if command.delta == 0 || command.delta.unsigned_abs() > STOCK_MAX {
        return Err(Refusal::Invalid(Field::Delta));
    }
    let slot = operation::find(step, &command.product)?;
    let product = step.shard.products.at(slot);
    let (books, closed) = (product.stock, product.archived || product.frozen);
    let total = books.total.saturating_add_signed(command.delta);
    if total > STOCK_MAX {
        return Err(Refusal::Invalid(Field::Delta));
    }
    step.key_is_free()?;
    if closed {
        return operation::conflict(step, slot);
    }
    let available = books.available.checked_add_signed(command.delta);
    let available = available.ok_or(Refusal::StockCommitted { held: books.held, sold: books.sold })?;
    step.or_freeze(slot, stock::check(&books))?;
    adjust(step, command, slot, Stock { total, available, ..books })
}

fn adjust(step: &mut Step<'_>, command: &AdjustStock, slot: Slot, books: Stock) -> Effect {
    let product = step.shard.products.change(slot);
    product.keep(books);
    let adjustment = Box::new(Adjustment {
        id: command.id,
        product: command.product.clone(),
        delta: command.delta,
        reason: command.reason.clone(),
        stock: product.stock,
        created_at: step.now(),
    });
    step.emit(Fact::Adjustment(adjustment.clone()));
    Ok((Done::Adjusted(adjustment), About::Operation))
}
