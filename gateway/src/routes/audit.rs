//! `GET /v1/audit`: whether everything adds up.

use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::ProductId;

use super::products;
use crate::call::Call;
use crate::context::{Context, within};
use crate::identity::Role;
use crate::port::{Operations, Unsettled};
use crate::ports::Ports;
use crate::problem::Problem;
use crate::view::json;

/// An audit recounts every reservation and order on every replica, so it may take longer than other requests.
const DEADLINE: Duration = Duration::from_secs(60);

/// Runs the self-audit.
pub(crate) async fn run<P: Ports>(
    State(context): State<Context<P>>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    let product = call.query(&["product_id"])?.typed::<ProductId>("product_id", ProductId::TAKES)?;
    context.identity.operator(&call.headers, Role::Viewer)?;
    if let Some(product) = &product {
        products::expect(&context, product, call.deadline).await?;
    }
    let report = within(Instant::now() + DEADLINE, context.ports.operations().audit(product)).await;
    Ok(json(StatusCode::OK, &report.ok_or(Unsettled::Unavailable)?))
}
