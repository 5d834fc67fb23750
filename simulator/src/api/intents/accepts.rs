//! Which payment methods an intent takes: three ways to say it, of which a version of the API has two or three.

use crate::form::Fields;
use crate::object::error::ApiError;
use crate::object::intent::Accepts;

/// How many payment method types may be named.
const TYPES_MAX: usize = 20;

/// Which payment methods are taken: cards, named, allowed, or as the account's own choice.
pub(super) fn accepts(fields: &mut Fields) -> Result<Option<Accepts>, ApiError> {
    let named = named(fields)?;
    // Versions before it know no such parameter, and refuse it with all else that nobody has read.
    let allowed = if fields.version().allows_types() { allowed(fields)? } else { None };
    let automatic = automatic(fields)?;
    let given = [
        named.map(|accepts| ("payment_method_types", accepts)),
        allowed.map(|accepts| ("allowed_payment_method_types", accepts)),
        automatic.map(|accepts| ("automatic_payment_methods", accepts)),
    ];
    let mut given = given.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some((one, _)), Some((other, _))) => {
            Err(ApiError::invalid(format!("You may only specify one of these parameters: {other}, {one}."))
                .param(one))
        }
        (first, _) => Ok(first.map(|(_, accepts)| accepts)),
    }
}

fn named(fields: &mut Fields) -> Result<Option<Accepts>, ApiError> {
    const NAME: &str = "payment_method_types";
    let Some(types) = fields.list(NAME, TYPES_MAX)? else { return Ok(None) };
    if !fields.version().names_types() {
        return Err(ApiError::invalid(format!(
            "{NAME} is no longer supported in this API version. Use allowed_payment_method_types, or the payment \
             methods that are enabled in your Dashboard."
        ))
        .code("payment_method_types_no_longer_supported")
        .param(NAME));
    }
    match types.iter().find(|kind| *kind != "card") {
        None if types.is_empty() => Err(fields.absent(NAME)),
        None => Ok(Some(Accepts::Named)),
        Some(other) => Err(no_such_type(other).param(NAME)),
    }
}

/// What the account does not take is passed over, as long as something is left.
fn allowed(fields: &mut Fields) -> Result<Option<Accepts>, ApiError> {
    const NAME: &str = "allowed_payment_method_types";
    let Some(types) = fields.list(NAME, TYPES_MAX)? else { return Ok(None) };
    match types.first() {
        None => Err(fields.absent(NAME)),
        Some(first) if !types.iter().any(|kind| kind == "card") => Err(no_such_type(first).param(NAME)),
        Some(_) => Ok(Some(Accepts::Allowed)),
    }
}

fn no_such_type(kind: &str) -> ApiError {
    ApiError::invalid(format!(
        "The payment method type provided: {kind} is invalid. The simulator's accounts take cards alone."
    ))
    .code("payment_intent_invalid_parameter")
}

fn automatic(fields: &mut Fields) -> Result<Option<Accepts>, ApiError> {
    let Some(mut automatic) = fields.branch("automatic_payment_methods")? else { return Ok(None) };
    let enabled = automatic.boolean("enabled")?.ok_or_else(|| automatic.absent("enabled"))?;
    let redirects = automatic.one_of("allow_redirects", &["always", "never"])?;
    automatic.finish()?;
    Ok(Some(match (enabled, redirects.as_deref()) {
        (false, _) => Accepts::Named,
        (true, Some("never")) => Accepts::AutomaticWithoutRedirects,
        (true, _) => Accepts::Automatic,
    }))
}
