//! `GET /v1/cluster`: nodes, shards, leaders.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::call::Call;
use crate::context::{Context, within};
use crate::identity::Role;
use crate::port::{Operations, Unsettled};
use crate::ports::Ports;
use crate::problem::Problem;
use crate::view::json;

/// The cluster as this node sees it.
pub(crate) async fn show<P: Ports>(
    State(context): State<Context<P>>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    context.identity.operator(&call.headers, Role::Viewer)?;
    let status = within(call.deadline, context.ports.operations().cluster()).await;
    Ok(json(StatusCode::OK, &status.ok_or(Unsettled::Unavailable)?))
}
