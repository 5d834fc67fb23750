//! What a route takes as its body.

use std::str::FromStr;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// A field's path, and what it takes, for people.
pub(crate) type Field = (&'static str, &'static str);

pub(super) const CURRENCY: &str = "three lower-case letters of ISO 4217, like \"usd\"";
pub(super) const LINE: &str = "1 to 200 characters of text without control characters";

/// The body of a route.
pub(crate) trait Form: DeserializeOwned {
    /// All its fields.
    const FIELDS: &'static [Field];

    /// What a field takes.
    fn takes(name: &str) -> &'static str {
        Self::FIELDS.iter().find(|(field, _)| *field == name).map_or("another value", |(_, takes)| takes)
    }

    /// The problem of a field that has another form or value.
    fn wrong(name: &str) -> Problem {
        Problem::field(name, Self::takes(name))
    }

    /// Checks a field's value.
    fn check(name: &str, holds: bool) -> Result<(), Problem> {
        if holds { Ok(()) } else { Err(Self::wrong(name)) }
    }

    /// Reads a field that is a text of some form.
    fn text<T: FromStr>(name: &str, value: &str) -> Result<T, Problem> {
        value.parse().map_err(|_| Self::wrong(name))
    }
}

/// An object without fields.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Empty {}

impl Form for Empty {
    const FIELDS: &'static [Field] = &[];
}
