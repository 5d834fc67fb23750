//! The audit over HTTP, in pages.

use serde_json::{Value, json};

use crate::audit;
use crate::book::AccountBook;
use crate::form::Fields;
use crate::object::error::ApiError;
use crate::provider::Provider;

const LIMIT_DEFAULT: i64 = 100;
const LIMIT_MAX: i64 = 1_000;

/// What the books of the caller's account come to.
pub(super) fn summary(provider: &Provider, account: usize, fields: Fields) -> Result<Value, ApiError> {
    fields.finish()?;
    read(provider, account, |book| json!({ "account": book.id, "totals": audit::totals(book) }))
}

/// A page of intents, the oldest first.
pub(super) fn intents(provider: &Provider, account: usize, fields: Fields) -> Result<Value, ApiError> {
    let (from, limit) = page(fields)?;
    read(provider, account, |book| {
        let data = audit::intents(book, from, limit);
        let next = from + data.len();
        json!({ "data": data, "next": (next < book.intents.rows().len()).then_some(next) })
    })
}

/// A page of idempotency keys, the oldest first.
pub(super) fn keys(provider: &Provider, account: usize, fields: Fields) -> Result<Value, ApiError> {
    let (from, limit) = page(fields)?;
    read(provider, account, |book| {
        let mut rows = audit::keys(book).skip(from);
        let data: Vec<_> = rows.by_ref().take(limit).collect();
        let next = from + data.len();
        json!({ "data": data, "next": rows.next().map(|_| next) })
    })
}

fn page(mut fields: Fields) -> Result<(usize, usize), ApiError> {
    let from = fields.integer_min("from", 0)?.unwrap_or(0);
    let limit = fields.integer_min("limit", 1)?.unwrap_or(LIMIT_DEFAULT).min(LIMIT_MAX);
    fields.finish()?;
    Ok((usize::try_from(from).unwrap_or(usize::MAX), usize::try_from(limit).unwrap_or(1)))
}

fn read(
    provider: &Provider,
    account: usize,
    show: impl FnOnce(&AccountBook) -> Value,
) -> Result<Value, ApiError> {
    let now = provider.clock.now_ms();
    let mut world = provider.lock();
    provider.catch_up(&mut world, now);
    Ok(world.books.get(account).map(show).unwrap_or_default())
}
