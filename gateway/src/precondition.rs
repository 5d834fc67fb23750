//! `If-Match` and `If-None-Match` of a `PUT`: change only what one has seen.

use axum::http::{HeaderMap, HeaderValue};

use crate::header::single;
use crate::problem::Problem;

const MATCH_TAKES: &str = "* or ETags in double quotes, like \"3\"";
const NONE_MATCH_TAKES: &str = "* here";

/// What a `PUT` asks of the revision that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Precondition {
    /// Nothing.
    None,
    /// There is none yet.
    Absent,
    /// There is one.
    Present,
    /// It is one of these.
    OneOf(Vec<u64>),
    /// It cannot hold: both headers at once, or only ETags that were never given.
    Impossible,
}

impl Precondition {
    /// What the headers ask.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Precondition, Problem> {
        let if_match = single(headers, "if-match", MATCH_TAKES)?.map(parse_match).transpose()?;
        let absent = single(headers, "if-none-match", NONE_MATCH_TAKES)?.map(parse_none_match).transpose()?;
        Ok(match (if_match, absent) {
            (None, None) => Precondition::None,
            (None, Some(())) => Precondition::Absent,
            (Some(precondition), None) => precondition,
            (Some(_), Some(())) => Precondition::Impossible,
        })
    }
}

fn parse_none_match(value: &HeaderValue) -> Result<(), Problem> {
    match value.as_bytes() {
        b"*" => Ok(()),
        _ => Err(Problem::field("If-None-Match", NONE_MATCH_TAKES)),
    }
}

fn parse_match(value: &HeaderValue) -> Result<Precondition, Problem> {
    let malformed = || Problem::field("If-Match", MATCH_TAKES);
    let text = value.to_str().map_err(|_| malformed())?;
    if text.trim() == "*" {
        return Ok(Precondition::Present);
    }
    let mut revisions = Vec::new();
    for tag in text.split(',') {
        revisions.extend(revision(tag.trim()).ok_or_else(malformed)?);
    }
    Ok(if revisions.is_empty() { Precondition::Impossible } else { Precondition::OneOf(revisions) })
}

/// The revision that an ETag stands for. One that is well formed but not ours, or weak, stands for none.
fn revision(tag: &str) -> Option<Option<u64>> {
    let (weak, strong) = match tag.strip_prefix("W/") {
        Some(rest) => (true, rest),
        None => (false, tag),
    };
    let opaque = strong.strip_prefix('"')?.strip_suffix('"').filter(|opaque| !opaque.contains('"'))?;
    let number = opaque.parse().ok().filter(|revision| *revision > 0);
    Some(number.filter(|_| !weak))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &'static str, value: &str) -> Option<Precondition> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().expect("a header value"));
        Precondition::read(&headers).ok()
    }

    #[test]
    fn if_match_takes_a_star_or_etags() {
        assert_eq!(read("if-match", "*"), Some(Precondition::Present));
        assert_eq!(read("if-match", "\"3\""), Some(Precondition::OneOf(vec![3])));
        assert_eq!(read("if-match", "\"3\", \"4\""), Some(Precondition::OneOf(vec![3, 4])));
        for never in ["\"x\"", "W/\"3\"", "\"0\""] {
            assert_eq!(read("if-match", never), Some(Precondition::Impossible), "{never}");
        }
        for wrong in ["", "3", "\"3", "\"3\",", "\"3\" \"4\""] {
            assert_eq!(read("if-match", wrong), None, "{wrong}");
        }
    }

    #[test]
    fn if_none_match_takes_a_star() {
        assert_eq!(read("if-none-match", "*"), Some(Precondition::Absent));
        assert_eq!(read("if-none-match", "\"3\""), None);
    }
}
