//! The clock, the faults, and rolling a webhook secret.

use std::time::Duration;

use serde_json::{Value, json};

use crate::form::Fields;
use crate::id;
use crate::object::endpoint::{Retiring, Secret};
use crate::object::error::ApiError;
use crate::provider::Provider;
use crate::render;

/// How far one call may move the clock: a year.
const ADVANCE_MAX: i64 = 366 * 24 * 60 * 60;
/// How long a rolled secret may go on signing: a day, as at the provider.
const ROLL_MAX: i64 = 24 * 60 * 60;

/// How often each rule of the script has struck.
pub(super) fn faults(provider: &Provider, fields: Fields) -> Result<Value, ApiError> {
    fields.finish()?;
    Ok(json!({ "struck": provider.lock().faults.struck() }))
}

/// What the clock shows.
pub(super) fn clock(provider: &Provider, fields: Fields) -> Result<Value, ApiError> {
    fields.finish()?;
    Ok(shown(provider))
}

/// Moves a virtual clock, and lets what is due happen.
pub(super) fn advance(provider: &Provider, mut fields: Fields) -> Result<Value, ApiError> {
    let seconds = fields.integer_min("seconds", 1)?.ok_or_else(|| fields.absent("seconds"))?;
    fields.finish()?;
    if seconds > ADVANCE_MAX {
        return Err(ApiError::invalid(format!("The clock moves by at most {ADVANCE_MAX} seconds at once."))
            .param("seconds"));
    }
    let by = Duration::from_secs(seconds.unsigned_abs());
    provider.advance(by).ok_or_else(|| {
        ApiError::invalid(
            "This simulator runs by the machine's clock, which nobody moves; start it with --virtual-clock.",
        )
    })?;
    Ok(shown(provider))
}

fn shown(provider: &Provider) -> Value {
    json!({ "now_ms": provider.clock.now_ms(), "virtual": provider.clock.is_virtual() })
}

/// Gives an endpoint a new secret; the old one goes on signing for a while beside it.
pub(super) fn roll(
    provider: &Provider,
    account: usize,
    id: &str,
    mut fields: Fields,
) -> Result<Value, ApiError> {
    let seconds = fields.integer_min("seconds", 0)?.unwrap_or(0).min(ROLL_MAX);
    fields.finish()?;
    let now = provider.clock.now_ms();
    let writ = provider.own_writ(now);
    provider.step(&mut provider.lock(), account, &writ, |step| {
        let found = step.book.endpoints.get(id).filter(|endpoint| !endpoint.deleted).cloned();
        let mut endpoint = found.ok_or_else(|| ApiError::missing(404, "webhook endpoint", id, "id"))?;
        let old = std::mem::replace(&mut endpoint.secret, Secret(format!("whsec_{}", id::secret())));
        endpoint.retiring = Some(Retiring { secret: old, until: now.saturating_add(seconds * 1_000) });
        step.put_endpoint(endpoint.clone());
        Ok(render::endpoint(&endpoint, true))
    })
}
