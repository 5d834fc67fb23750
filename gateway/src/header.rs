//! Headers that may come once.

use axum::http::{HeaderMap, HeaderValue};

use crate::problem::Problem;

/// The header's value, if it is there. Twice is an error: which of the two would count?
pub(crate) fn single<'a>(
    headers: &'a HeaderMap,
    name: &str,
    takes: &str,
) -> Result<Option<&'a HeaderValue>, Problem> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    match values.next() {
        None => Ok(first),
        Some(_) => Err(Problem::invalid(format!("the header `{name}` comes twice; it takes {takes}, once"))),
    }
}
