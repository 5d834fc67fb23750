//! `GET /metrics`: everything that is counted on this node.

use std::sync::PoisonError;

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;

use crate::call::Call;
use crate::context::Context;
use crate::identity::Role;
use crate::ports::Ports;
use crate::problem::Problem;

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The metrics, for viewers.
pub(crate) async fn show<P: Ports>(
    State(context): State<Context<P>>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    context.identity.operator(&call.headers, Role::Viewer)?;
    write(&context)
}

/// The metrics, for whoever can reach the admin listener.
pub(crate) async fn show_on_admin_listener<P: Ports>(
    State(context): State<Context<P>>,
) -> Result<Response, Problem> {
    write(&context)
}

fn write<P: Ports>(context: &Context<P>) -> Result<Response, Problem> {
    let mut text = String::new();
    // A collector that panicked under the lock left the registry as it was: it only holds what is registered.
    let registry = context.registry.lock().unwrap_or_else(PoisonError::into_inner);
    encode(&mut text, &registry).map_err(|error| {
        tracing::error!(%error, "the metrics could not be written");
        Problem::internal()
    })?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response())
}
