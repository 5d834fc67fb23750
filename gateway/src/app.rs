//! The outermost layer: admission, faults, and a line in the log.

use std::any::Any;
use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use prometheus_client::metrics::gauge::Gauge;
use tower::{Service, ServiceExt};

use crate::config::Serving;
use crate::drain::Drain;
use crate::metrics::{Listener, Metrics};
use crate::port::Unsettled;
use crate::problem::Problem;

/// What answers requests: a router behind an admission that sheds before any work is done. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    router: Router,
    metrics: Metrics,
    in_flight: Gauge,
    in_flight_max: i64,
    drain: Drain,
    serving: Serving,
}

impl App {
    pub(crate) fn new(
        router: Router,
        metrics: Metrics,
        listener: &'static str,
        in_flight_max: usize,
        drain: Drain,
        serving: Serving,
    ) -> App {
        let in_flight = metrics.in_flight.get_or_create_owned(&Listener { listener });
        let in_flight_max = i64::try_from(in_flight_max).unwrap_or(i64::MAX);
        App(Arc::new(Inner { router, metrics, in_flight, in_flight_max, drain, serving }))
    }

    pub(crate) fn serving(&self) -> &Serving {
        &self.0.serving
    }

    pub(crate) fn drain(&self) -> &Drain {
        &self.0.drain
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Answers a request. Whatever happens, there is an answer.
    pub async fn respond(self, request: Request) -> Response {
        if !tracing::enabled!(tracing::Level::DEBUG) {
            return self.admitted(request).await;
        }
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let began = Instant::now();
        let response = self.admitted(request).await;
        let (status, micros) = (response.status().as_u16(), began.elapsed().as_micros());
        tracing::debug!(%method, path, status, micros, "answered");
        response
    }

    async fn admitted(self, request: Request) -> Response {
        let Some(_place) = self.place(request.uri().path()) else {
            self.0.metrics.shed.inc();
            return Problem::from(Unsettled::Overloaded).into_response();
        };
        let router = self.0.router.clone();
        match AssertUnwindSafe(router.oneshot(request)).catch_unwind().await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(panic) => self.fault(&*panic),
        }
    }

    /// A place among the requests under way. Probes and metrics always have one: they say how bad it is.
    fn place(&self, path: &str) -> Option<Place> {
        let place = Place(self.0.in_flight.clone());
        let before = place.0.inc();
        let free = before < self.0.in_flight_max || matches!(path, "/healthz" | "/readyz" | "/metrics");
        free.then_some(place)
    }

    fn fault(&self, panic: &(dyn Any + Send)) -> Response {
        self.0.metrics.panics.inc();
        let message = panic.downcast_ref::<&str>().copied();
        let message = message.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        tracing::error!(message, "a handler panicked");
        Problem::internal().into_response()
    }
}

/// A place among the requests under way, given back when dropped.
struct Place(Gauge);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Service<Request<Body>> for App {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        Box::pin(self.clone().respond(request).map(Ok))
    }
}
