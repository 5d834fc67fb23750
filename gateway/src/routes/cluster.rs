//! `GET /v1/cluster`: nodes, shards, leaders; `PUT /v1/cluster/nodes/{id}/replacement`: another node in a node's place.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::body::ReplacementForm;
use crate::call::Call;
use crate::context::{Context, within};
use crate::identity::Role;
use crate::port::{NotReplaced, Operations, Replacement, Unsettled};
use crate::ports::Ports;
use crate::problem::{Code, Problem};
use crate::segment::{NodeNumber, Segment};
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

/// Takes a replacement further. It is asked again until it is done.
pub(crate) async fn replace<P: Ports>(
    State(context): State<Context<P>>,
    Segment(NodeNumber(old)): Segment<NodeNumber>,
    request: Request,
) -> Result<Response, Problem> {
    let mut call = Call::new(&context, request);
    let form: ReplacementForm = call.form().await?;
    let (new, peer) = form.read()?;
    context.identity.operator(&call.headers, Role::Admin)?;
    if context.ports.operations().ready().is_err() {
        return Err(Unsettled::Unavailable.into());
    }
    let replacement = Replacement { old, new, peer };
    let taken = within(call.deadline, context.ports.operations().replace(replacement)).await;
    let status = taken.ok_or(Unsettled::OutcomeUnknown)?;
    let status = status.map_err(|why| match why {
        NotReplaced::Refused(why) => Problem::new(Code::Conflict, why),
        NotReplaced::AskAnother => {
            Problem::new(Code::Unavailable, "this node is one that comes or goes: ask another one")
                .retry_after(1)
        }
    })?;
    Ok(json(StatusCode::OK, &status))
}
