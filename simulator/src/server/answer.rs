//! What a request comes to.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use serde_json::Value;

use crate::object::error::ApiError;

/// What a client gets to see.
#[derive(Debug)]
pub(crate) enum Reaction {
    Answer(Answer),
    /// Nothing: the connection is reset.
    Cut,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    headers: Vec<(HeaderName, String)>,
}

impl Answer {
    /// JSON.
    pub(crate) fn json(status: u16, body: &Value) -> Answer {
        let body = serde_json::to_string_pretty(body).expect("a JSON value is written");
        Answer::text(status, "application/json", body)
    }

    /// A text of another type.
    pub(crate) fn text(status: u16, kind: &str, body: String) -> Answer {
        Answer { status, body, headers: vec![(CONTENT_TYPE, kind.to_owned())] }
    }

    /// An error with its body, and the headers that say what to do.
    pub(crate) fn error(error: &ApiError) -> Answer {
        let mut answer = Answer::json(error.status, &error.body());
        if let Some(should) = error.should_retry {
            answer = answer.with("stripe-should-retry", should.to_string());
        }
        if let Some(reason) = error.rate_limited {
            answer = answer.with("stripe-rate-limited-reason", reason);
        }
        if error.status == 401 {
            answer.headers.push((WWW_AUTHENTICATE, "Basic realm=\"Stripe\"".to_owned()));
        }
        answer
    }

    /// Where a browser goes next.
    pub(crate) fn see_other(location: &str) -> Answer {
        let mut answer = Answer::text(303, "text/plain; charset=utf-8", String::new());
        answer.headers.push((LOCATION, location.to_owned()));
        answer
    }

    /// With another header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((HeaderName::from_static(name), value.into()));
        self
    }

    /// As it goes over the wire.
    pub(crate) fn into_response(self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.headers {
            // What a client sent and cannot be a header is not sent back.
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
