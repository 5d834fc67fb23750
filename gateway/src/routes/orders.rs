//! `GET /v1/orders/{id}`.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::{OrderId, Query};

use crate::answer;
use crate::call::Call;
use crate::context::Context;
use crate::ports::Ports;
use crate::problem::Problem;
use crate::segment::Segment;

/// An order as it is now.
pub(crate) async fn show<P: Ports>(
    State(context): State<Context<P>>,
    Segment(id): Segment<OrderId>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    let buyer = context.identity.reader(&call.headers)?.buyer;
    let shard = context.existing(id.shard())?;
    let found = context.ask(shard, Query::Order(id, buyer), call.deadline).await?;
    let order = answer::expect_order(found)?;
    Ok(answer::order(StatusCode::OK, &order))
}
