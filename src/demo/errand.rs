//! What is asked of the cluster: requests that can be sent again as they are.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::Full;

use super::buyer::Visit;
use super::plan::Plan;
use crate::config::Secret;

const BUYER_ID: HeaderName = HeaderName::from_static("buyer-id");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const LOCALHOST: HeaderValue = HeaderValue::from_static("localhost");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A request that can be sent again as it is.
#[derive(Clone, Debug)]
pub(super) struct Errand {
    method: Method,
    uri: Uri,
    buyer: HeaderValue,
    key: Option<HeaderValue>,
    bearer: Option<HeaderValue>,
    body: Bytes,
}

impl Errand {
    /// Itself, to be sent once.
    pub(super) fn request(&self) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        headers.reserve(5);
        headers.insert(HOST, LOCALHOST);
        headers.insert(BUYER_ID, self.buyer.clone());
        if !self.body.is_empty() {
            headers.insert(CONTENT_TYPE, JSON);
        }
        if let Some(key) = &self.key {
            headers.insert(IDEMPOTENCY_KEY, key.clone());
        }
        if let Some(bearer) = &self.bearer {
            headers.insert(AUTHORIZATION, bearer.clone());
        }
        request
    }
}

/// Makes errands out of parts that do not change.
#[derive(Debug)]
pub(super) struct Errands {
    attempts: Uri,
    attempt: Bytes,
    bearer: HeaderValue,
}

impl Errands {
    /// `service`: the shop's token.
    pub(super) fn new(service: &Secret) -> Errands {
        Errands {
            attempts: uri(format!("/v1/products/{}/reservations", Plan::PRODUCT)),
            attempt: Bytes::from_static(b"{\"quantity\":1}"),
            bearer: value(format!("Bearer {}", service.expose())),
        }
    }

    /// A buyer's attempt.
    pub(super) fn attempt(&self, visit: Visit) -> Errand {
        Errand {
            method: Method::POST,
            uri: self.attempts.clone(),
            buyer: value(visit.id()),
            key: Some(value(visit.key())),
            bearer: None,
            body: self.attempt.clone(),
        }
    }

    /// A buyer gives a reservation back.
    pub(super) fn cancel(&self, visit: Visit, reservation: &str) -> Errand {
        Errand {
            method: Method::DELETE,
            uri: uri(format!("/v1/reservations/{reservation}")),
            key: None,
            body: Bytes::new(),
            ..self.attempt(visit)
        }
    }

    /// The shop takes a step of a payment.
    pub(super) fn step(&self, visit: Visit, reservation: &str, step: &str) -> Errand {
        let body = match step {
            "confirm" => format!(
                "{{\"payment_reference\":\"demo-{}\",\"amount\":{},\"currency\":\"{}\"}}",
                visit.key(),
                Plan::PRICE,
                Plan::CURRENCY
            ),
            _ => String::new(),
        };
        Errand {
            uri: uri(format!("/v1/reservations/{reservation}/{step}")),
            key: Some(value(format!("{step}-{}", visit.key()))),
            bearer: Some(self.bearer.clone()),
            body: Bytes::from(body),
            ..self.attempt(visit)
        }
    }
}

fn uri(path: String) -> Uri {
    Uri::try_from(path).expect("ids and words make a path")
}

fn value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("ids and tokens are visible ASCII")
}
