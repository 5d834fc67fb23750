//! What the gateway counts and times.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

/// From half a millisecond to the deadline of a request.
const SECONDS: [f64; 13] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// The gateway's metrics. Every label is from a fixed set: outcomes, routes, status classes, listeners.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    attempts: Family<Outcome, Counter>,
    webhooks: Family<Outcome, Counter>,
    requests: Family<Answered, Histogram, fn() -> Histogram>,
    pub(crate) in_flight: Family<Listener, Gauge>,
    pub(crate) shed: Counter,
    pub(crate) panics: Counter,
    pub(crate) connections: Gauge,
    pub(crate) connections_refused: Counter,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: &'static str,
    status: &'static str,
}

/// The listener that a request came in by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Listener {
    pub(crate) listener: &'static str,
}

impl Metrics {
    /// Makes the metrics and registers them.
    pub(crate) fn register(registry: &mut Registry) -> Metrics {
        let metrics = Metrics {
            attempts: Family::default(),
            webhooks: Family::default(),
            requests: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            in_flight: Family::default(),
            shed: Counter::<u64, AtomicU64>::default(),
            panics: Counter::default(),
            connections: Gauge::default(),
            connections_refused: Counter::default(),
        };
        let registry = registry.sub_registry_with_prefix("flashsale");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version of this binary", build);
        registry.register(
            "attempts",
            "Attempts to reserve or purchase, by outcome",
            metrics.attempts.clone(),
        );
        registry.register(
            "webhooks",
            "Events of the payment provider, by what became of them",
            metrics.webhooks.clone(),
        );
        let http = registry.sub_registry_with_prefix("http");
        http.register_with_unit(
            "request",
            "Time from a request's headers to its answer",
            Unit::Seconds,
            metrics.requests.clone(),
        );
        http.register("in_flight", "Requests under way", metrics.in_flight.clone());
        http.register("shed", "Requests shed before any work was done", metrics.shed.clone());
        http.register("panics", "Requests that met a fault of the server", metrics.panics.clone());
        http.register("connections", "Open connections", metrics.connections.clone());
        let refused = metrics.connections_refused.clone();
        http.register("connections_refused", "Connections beyond the most that may be open", refused);
        metrics
    }

    /// Counts what an attempt came to.
    pub(crate) fn attempt(&self, outcome: &'static str) {
        self.attempts.get_or_create(&Outcome { outcome }).inc();
    }

    /// Counts what became of an event of the provider's.
    pub(crate) fn webhook(&self, outcome: &'static str) {
        self.webhooks.get_or_create(&Outcome { outcome }).inc();
    }

    /// The series of one route.
    pub(crate) fn route(&self, method: &'static str, route: &'static str) -> Arc<Series> {
        Arc::new(Series { method, route, requests: self.requests.clone(), classes: Default::default() })
    }
}

/// The histograms of one route, one for each class of status, looked up once.
pub(crate) struct Series {
    method: &'static str,
    route: &'static str,
    requests: Family<Answered, Histogram, fn() -> Histogram>,
    classes: [OnceLock<Histogram>; 5],
}

impl Series {
    fn observe(&self, status: StatusCode, elapsed: Duration) {
        let (class, status) = match status.as_u16() {
            ..200 => (0, "1xx"),
            200..300 => (1, "2xx"),
            300..400 => (2, "3xx"),
            400..500 => (3, "4xx"),
            500.. => (4, "5xx"),
        };
        let labels = Answered { method: self.method, route: self.route, status };
        let histogram = self.classes[class].get_or_init(|| self.requests.get_or_create_owned(&labels));
        histogram.observe(elapsed.as_secs_f64());
    }
}

/// Times a request on its route.
pub(crate) async fn observe(State(series): State<Arc<Series>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let response = next.run(request).await;
    series.observe(response.status(), began.elapsed());
    response
}
