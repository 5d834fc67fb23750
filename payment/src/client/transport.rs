//! What carries requests to the provider and brings answers back: HTTP, or what a simulation puts in its place.

use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use tracing::debug;

use super::connect::Pool;
use super::verdict::Reason;

/// An exchange under way.
pub type Exchange<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, Reason>> + Send + 'a>>;

/// Carries requests to the provider.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends a request, once, and waits for the whole answer. Takes as long as it takes: the caller has a deadline, and what
    /// was sent may be done although nobody waits for the answer any more.
    ///
    /// # Errors
    /// [`Reason::Unreachable`] if nothing was sent; [`Reason::Reset`] if the connection broke, and
    /// [`Reason::Garbled`] if the answer has more than `answer_max` bytes: then it may have been done.
    fn exchange(&self, request: Request<Bytes>, answer_max: usize) -> Exchange<'_>;
}

impl Transport for Pool {
    fn exchange(&self, request: Request<Bytes>, answer_max: usize) -> Exchange<'_> {
        Box::pin(async move {
            let response = self.request(request.map(Full::new)).await.map_err(|error| {
                debug!(?error, "the payment provider was not reached, or did not answer");
                if error.is_connect() { Reason::Unreachable } else { Reason::Reset }
            })?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, answer_max).collect().await.map_err(|error| {
                if error.is::<LengthLimitError>() { Reason::Garbled } else { Reason::Reset }
            })?;
            Ok(Response::from_parts(head, body.to_bytes()))
        })
    }
}
