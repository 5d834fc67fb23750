//! The header `Idempotency-Key`: bare or as a quoted string of RFC 9651, the same key either way.

use axum::http::HeaderMap;
use engine::Scope;

use crate::header::single;
use crate::problem::{Code, Problem};

const NAME: &str = "idempotency-key";
const TAKES: &str = "1 to 255 visible characters or spaces, bare or in double quotes";
const LENGTH_MAX: usize = 255;

/// A key as the caller means it, without quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key(String);

impl Key {
    /// The key of a route that needs one.
    pub(crate) fn required(headers: &HeaderMap) -> Result<Key, Problem> {
        Key::optional(headers)?.ok_or_else(|| {
            Problem::new(Code::IdempotencyKeyMissing, format!("the header `Idempotency-Key` takes {TAKES}"))
        })
    }

    /// The key of a route that takes one.
    pub(crate) fn optional(headers: &HeaderMap) -> Result<Option<Key>, Problem> {
        let Some(value) = single(headers, NAME, TAKES)? else { return Ok(None) };
        let key = value.to_str().ok().and_then(unquoted);
        let key = key.filter(|key| (1..=LENGTH_MAX).contains(&key.len()));
        key.map(|key| Some(Key(key))).ok_or_else(|| Problem::field("Idempotency-Key", TAKES))
    }

    /// The key within whose requests and on which route it means one request.
    pub(crate) fn scope(self, principal: &str, route: String) -> Scope {
        Scope { principal: principal.to_owned(), route, key: self.0 }
    }
}

fn unquoted(text: &str) -> Option<String> {
    if text.bytes().any(|byte| !(0x20..=0x7e).contains(&byte)) {
        return None;
    }
    match text.strip_prefix('"') {
        None => Some(text.to_owned()),
        Some(quoted) => unescaped(quoted.strip_suffix('"')?),
    }
}

/// Inside quotes a backslash stands before a quote or a backslash, and nowhere else.
fn unescaped(text: &str) -> Option<String> {
    let mut key = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return None,
            '\\' => key.push(characters.next().filter(|next| matches!(next, '"' | '\\'))?),
            other => key.push(other),
        }
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Result<Option<Key>, Code> {
        let mut headers = HeaderMap::new();
        headers.insert(NAME, value.parse().expect("a header value"));
        Key::optional(&headers).map_err(|problem| problem.code())
    }

    #[test]
    fn bare_and_quoted_are_the_same_key() {
        for (value, key) in [
            ("abc", "abc"),
            ("\"abc\"", "abc"),
            ("a b", "a b"),
            ("\"a b\"", "a b"),
            (r#""a\"b\\c""#, r#"a"b\c"#),
            (r#"a"b"#, r#"a"b"#),
        ] {
            assert_eq!(read(value), Ok(Some(Key(key.to_owned()))), "{value}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let long = "k".repeat(256);
        for value in
            ["", "\"\"", "\"", "\"a", "\"a\"b\"", r#""a\b""#, "\"a\\\"", "\"a\";p=1", "ä", "a\tb", &long]
        {
            assert_eq!(read(value), Err(Code::InvalidRequest), "{value}");
        }
        assert_eq!(Key::optional(&HeaderMap::new()).map_err(|problem| problem.code()), Ok(None));
        let missing = Key::required(&HeaderMap::new()).map_err(|problem| problem.code());
        assert_eq!(missing, Err(Code::IdempotencyKeyMissing));
    }
}
