//! One connection.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::Request;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::answer::{Answer, Reaction};
use super::asked::Asked;
use super::call::react;
use super::cut::Cuttable;
use crate::object::error::ApiError;
use crate::provider::Provider;

/// How large a body may be.
const BODY_MAX: usize = 64 << 10;
/// How large all headers together may be.
const HEAD_MAX: usize = 32 << 10;
/// How long a connection may be silent between requests, and a request's head take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// How long a connection that has asked nothing yet is given to do so when the provider stops.
const FIRST_REQUEST_GRACE: Duration = Duration::from_millis(200);
/// How long a body may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Serves a connection until it ends, or until the provider stops and its request under way is answered.
pub(super) async fn run(stream: TcpStream, provider: Arc<Provider>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it began");
        return;
    }
    let (stream, cut) = Cuttable::new(stream);
    let used = AtomicBool::new(false);
    let service = service_fn(|request: Request<Incoming>| {
        used.store(true, Ordering::Relaxed);
        let (provider, cut) = (Arc::clone(&provider), Arc::clone(&cut));
        async move {
            let reaction = respond(provider, request).await;
            if let Reaction::Answer(answer) = reaction {
                return Ok(answer.into_response().map(Full::new));
            }
            cut.store(true, Ordering::Relaxed);
            Err(io::Error::other("cut by a fault"))
        }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_MAX)
        .half_close(true);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = provider.stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            // Clients open connections in advance: one that has asked nothing yet is not waited for.
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

/// The answer to one request. It is worked on by a task of the provider's: what was begun is done, also if the client
/// has given up meanwhile.
async fn respond(provider: Arc<Provider>, request: Request<Incoming>) -> Reaction {
    let (head, body) = request.into_parts();
    let whole = tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, BODY_MAX).collect()).await;
    let body = match whole {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(_)) => {
            return refused(
                413,
                format!("The request's body was broken off, or has more than {BODY_MAX} bytes."),
            );
        }
        Err(_) => return refused(408, "The request's body took too long.".into()),
    };
    let asked = Asked::from(Request::from_parts(head, body));
    let calls = provider.calls.clone();
    match calls.spawn(react(provider, asked)).await {
        Ok(reaction) => reaction,
        Err(error) => {
            tracing::error!(%error, "a request ended without an answer");
            Reaction::Cut
        }
    }
}

fn refused(status: u16, message: String) -> Reaction {
    Reaction::Answer(Answer::error(&ApiError { status, ..ApiError::invalid(message) }))
}
