//! The bytes of a body: at most so many, until a deadline.

use std::time::Instant;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body as _;

use crate::problem::Problem;

/// How much of a body is read, and until when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) bytes_max: usize,
    pub(crate) deadline: Instant,
}

/// Reads a body whole.
pub(crate) async fn read(body: Body, bounds: Bounds) -> Result<Bytes, Problem> {
    if body.size_hint().lower() > bounds.bytes_max as u64 {
        return Err(too_long(bounds.bytes_max));
    }
    tokio::time::timeout_at(bounds.deadline.into(), collect(body, bounds.bytes_max)).await.map_err(|_| {
        Problem::invalid("the body did not arrive in time").status(StatusCode::REQUEST_TIMEOUT)
    })?
}

/// A body mostly comes in one frame, and then it is not copied.
async fn collect(mut body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    let mut whole = Bytes::new();
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|error| Problem::invalid(format!("the body could not be read: {error}")))?;
        let Ok(data) = frame.into_data() else { continue };
        if whole.len() + data.len() > bytes_max {
            return Err(too_long(bytes_max));
        }
        whole = if whole.is_empty() { data } else { joined(whole, &data) };
    }
    Ok(whole)
}

fn joined(front: Bytes, back: &[u8]) -> Bytes {
    let mut both = BytesMut::from(front);
    both.extend_from_slice(back);
    both.freeze()
}

fn too_long(bytes_max: usize) -> Problem {
    Problem::invalid(format!("the body takes at most {bytes_max} bytes"))
        .status(StatusCode::PAYLOAD_TOO_LARGE)
}

/// Checks that a body says it is JSON, once, and as it is: a compressed one would be read as something else than was
/// meant.
pub(crate) fn expect_json(headers: &HeaderMap) -> Result<(), Problem> {
    if !is_plain(headers) {
        return Err(unsupported("the header `Content-Encoding` takes identity: a body comes as it is"));
    }
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    match (types.next().and_then(|value| value.to_str().ok()), types.next()) {
        (Some(value), None) if is_json(value) => Ok(()),
        _ => Err(unsupported("the header `Content-Type` takes application/json, in UTF-8, once")),
    }
}

fn is_plain(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn unsupported(detail: &'static str) -> Problem {
    Problem::invalid(detail).status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
}

fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    essence.eq_ignore_ascii_case("application/json") && parts.all(is_utf_8_or_other)
}

/// The only charset is UTF-8; other parameters mean nothing to JSON (RFC 8259, 11).
fn is_utf_8_or_other(parameter: &str) -> bool {
    match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_utf_8_is_taken_and_nothing_else() {
        for good in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            "application/json; profile=x",
        ] {
            assert!(is_json(good), "{good}");
        }
        for wrong in ["", "text/plain", "application/jsonp", "application/json; charset=latin1", "json"] {
            assert!(!is_json(wrong), "{wrong}");
        }
    }
}
