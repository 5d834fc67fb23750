//! From a request to a call: who, what, with which parameters. What fails here was never executed.

use http::Method;
use tokio::time::Instant;

use super::asked::Asked;
use crate::account::{Caller, Grant, authenticate};
use crate::api::{self, Operation, Route};
use crate::form::{Fields, Form};
use crate::idempotency::LENGTH_MAX;
use crate::object::error::ApiError;
use crate::provider::Provider;
use crate::version::Version;

/// A request that was understood.
pub(super) struct Call {
    pub(super) caller: Caller,
    pub(super) route: &'static Route,
    pub(super) operation: Box<dyn Operation>,
    /// The key of a POST that has one.
    pub(super) key: Option<String>,
    /// What the parameters come to.
    pub(super) digest: String,
}

/// Understands a request, in the order in which the provider looks at it.
pub(super) fn understand(provider: &Provider, asked: &Asked, version: Version) -> Result<Call, ApiError> {
    let caller = authenticate(&provider.accounts, &asked.headers)?;
    let (route, id) = api::find(&asked.method, &asked.path)?;
    let parse = match caller.grant {
        Grant::Secret => route.parse,
        Grant::Publishable => route.publishable.ok_or_else(ApiError::secret_key_required)?,
    };
    provider.lock().limits.admit(caller.account, route.name, Instant::now())?;
    let key = idempotency_key(asked)?;
    let form = decode(asked)?;
    let operation = parse(id, Fields::of(version, form.root))?;
    Ok(Call { caller, route, operation, key, digest: form.digest })
}

/// The version that a request asks for, or else its account's.
pub(super) fn version(asked: &Asked) -> Result<Version, ApiError> {
    match asked.headers.get("stripe-version").map(|name| String::from_utf8_lossy(name.as_bytes())) {
        Some(name) => Version::read(&name),
        None => Ok(Version::default()),
    }
}

/// Keys mean something to POSTs alone: everything else can be repeated anyway.
fn idempotency_key(asked: &Asked) -> Result<Option<String>, ApiError> {
    if asked.method != Method::POST {
        return Ok(None);
    }
    match asked.headers.get("idempotency-key").map(|value| value.to_str()) {
        None | Some(Ok("")) => Ok(None),
        Some(Ok(key)) if key.len() <= LENGTH_MAX => Ok(Some(key.to_owned())),
        Some(_) => Err(ApiError::invalid(format!(
            "The Idempotency-Key header takes at most {LENGTH_MAX} visible ASCII characters."
        ))),
    }
}

fn decode(asked: &Asked) -> Result<Form, ApiError> {
    if asked.method != Method::POST {
        return Form::decode(asked.query.as_bytes());
    }
    if !asked.is_form() {
        return Err(ApiError::invalid(
            "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have \
             any questions, we can help at https://support.stripe.com/.",
        ));
    }
    if !asked.query.is_empty() {
        return Err(ApiError::invalid("A POST takes its parameters in its body, not in its address."));
    }
    Form::decode(&asked.body)
}
