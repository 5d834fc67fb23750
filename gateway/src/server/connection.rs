//! One connection, from its first byte to its last.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::metrics::gauge::Gauge;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config::Serving;

/// How long a connection that has asked nothing yet is given to do so when the server stops. Clients open connections
/// in advance, and these would otherwise hold the server up until its drain deadline.
const FIRST_REQUEST_GRACE: Duration = Duration::from_millis(500);

/// How connections are read.
#[derive(Clone)]
pub(crate) struct Settings(http1::Builder);

impl Settings {
    pub(crate) fn new(serving: &Serving) -> Settings {
        let mut builder = http1::Builder::new();
        // A client that has sent all it will may close its side and still read the answer.
        builder.timer(TokioTimer::new()).half_close(true);
        builder.header_read_timeout(serving.header_read_timeout).max_buf_size(serving.header_bytes_max);
        Settings(builder)
    }
}

/// Serves a connection until it ends, or until after `stop` the request under way is answered.
pub(crate) async fn run(stream: TcpStream, settings: Settings, app: App, stop: CancellationToken) {
    let _open = Open::new(&app.metrics().connections);
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it began");
        return;
    }
    let used = Arc::new(AtomicBool::new(false));
    let service = service_fn(|request: hyper::Request<Incoming>| {
        used.store(true, Ordering::Relaxed);
        let app = app.clone();
        async move { Ok::<_, Infallible>(app.respond(request.map(Body::new)).await) }
    });
    let mut connection = pin!(settings.0.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => Some(ended),
        () = stop.cancelled() => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            match tokio::time::timeout(FIRST_REQUEST_GRACE, connection.as_mut()).await {
                Ok(ended) => ended,
                Err(_) if used.load(Ordering::Relaxed) => connection.await,
                Err(_) => Ok(()),
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Counts a connection for as long as it is open.
struct Open(Gauge);

impl Open {
    fn new(gauge: &Gauge) -> Open {
        gauge.inc();
        Open(gauge.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}
