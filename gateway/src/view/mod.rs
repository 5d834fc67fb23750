//! How things look in JSON. The engine's own types are not serialised: what is kept and what is shown change apart.

mod adjustment;
mod audience;
mod order;
mod payment;
mod product;
mod refund;
mod reservation;
mod word;

use std::fmt;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use engine::LogTime;
use serde::ser::{Serialize, Serializer};

pub(crate) use adjustment::AdjustmentJson;
pub(crate) use audience::Audience;
pub(crate) use order::OrderJson;
pub(crate) use product::{ProductJson, StockJson};
pub(crate) use refund::RefundJson;
pub(crate) use reservation::ReservationJson;
pub(crate) use word::Word;

/// An id, a currency or another text, written as it is displayed.
pub(crate) struct Shown<'a, T>(pub(crate) &'a T);

impl<T: fmt::Display> Serialize for Shown<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

/// A moment, written as RFC 3339 in UTC with milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Timestamp(pub(crate) LogTime);

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::time::format(self.0).fmt(f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A JSON answer. None may be cached: what it says depends on who asks.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let mut body = Vec::with_capacity(512);
    if let Err(error) = serde_json::to_writer(&mut body, value) {
        tracing::error!(%error, "an answer could not be written as JSON");
        return axum::response::IntoResponse::into_response(crate::problem::Problem::internal());
    }
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
