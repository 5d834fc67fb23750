//! What a simulator offers beside the API: the page where a cardholder authenticates, the audit, the clock, and what
//! the dashboard does at the provider.

mod authentication;
mod ledger;
mod operate;
mod page;

use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};

use crate::account::{Grant, authenticate};
use crate::form::{Fields, Form};
use crate::object::error::{ApiError, Kind};
use crate::provider::Provider;
use crate::server::{Answer, Asked, Reaction};

/// Answers what is not the API's; `None` if it is.
pub(crate) async fn react(provider: &Arc<Provider>, asked: &Asked) -> Option<Reaction> {
    if let Some(rest) = asked.path.strip_prefix("/redirect/authenticate/") {
        return Some(authentication::react(provider, asked, rest).await);
    }
    let rest = asked.path.strip_prefix("/_simulator/")?;
    if rest == "health" && asked.method == Method::GET {
        return Some(Reaction::Answer(Answer::json(200, &json!({ "ok": true }))));
    }
    Some(match operate(provider, asked, rest) {
        // What was shown or done is on disk before it is told.
        Ok(_) if provider.ledger.durable(provider.ledger.last()).await.is_err() => Reaction::Cut,
        Ok(value) => Reaction::Answer(Answer::json(200, &value)),
        Err(error) => Reaction::Answer(Answer::error(&error)),
    })
}

fn operate(provider: &Provider, asked: &Asked, rest: &str) -> Result<Value, ApiError> {
    let caller = authenticate(&provider.accounts, &asked.headers)?;
    if caller.grant != Grant::Secret {
        return Err(ApiError::new(403, Kind::InvalidRequest, "This takes a secret API key.")
            .code("secret_key_required"));
    }
    let body = if asked.method == Method::POST { &asked.body[..] } else { asked.query.as_bytes() };
    let fields = Fields::new(Form::decode(body)?.root);
    let segments: Vec<&str> = rest.split('/').collect();
    let account = caller.account;
    match (asked.method.as_str(), segments.as_slice()) {
        ("GET", ["audit"]) => ledger::summary(provider, account, fields),
        ("GET", ["audit", "intents"]) => ledger::intents(provider, account, fields),
        ("GET", ["audit", "keys"]) => ledger::keys(provider, account, fields),
        ("GET", ["faults"]) => operate::faults(provider, fields),
        ("GET", ["clock"]) => operate::clock(provider, fields),
        ("POST", ["clock", "advance"]) => operate::advance(provider, fields),
        ("POST", ["webhook_endpoints", id, "roll"]) => operate::roll(provider, account, id, fields),
        _ => Err(ApiError { status: 404, ..ApiError::invalid("The simulator has no such address.") }),
    }
}
