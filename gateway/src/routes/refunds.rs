//! `POST /v1/orders/{id}/refunds` and `GET /v1/refunds/{id}`.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::command::Refund;
use engine::{Command, OrderId, Query, RefundId};

use crate::body::RefundForm;
use crate::call::Call;
use crate::context::Context;
use crate::idempotency::Key;
use crate::identity::Role;
use crate::ports::Ports;
use crate::problem::Problem;
use crate::segment::Segment;
use crate::{answer, mint};

/// Records a refund.
pub(crate) async fn create<P: Ports>(
    State(context): State<Context<P>>,
    Segment(order): Segment<OrderId>,
    request: Request,
) -> Result<Response, Problem> {
    let mut call = Call::new(&context, request);
    let (amount, restock) = call.form::<RefundForm>().await?.read()?;
    let key = Key::required(&call.headers)?;
    let operator = context.identity.operator(&call.headers, Role::Admin)?;
    let shard = context.existing(order.shard())?;
    let scope = key.scope(operator.role.principal(), format!("POST /v1/orders/{order}/refunds"));
    let command = Command::Refund(Refund { id: mint::refund(shard), order, amount, restock });
    let done = context.submit(shard, command, Some(scope), call.deadline).await?;
    let refund = answer::expect_refund(done.answer)?;
    let response =
        answer::located(answer::refund(StatusCode::ACCEPTED, &refund), &format!("/v1/refunds/{}", refund.id));
    Ok(answer::replayed(response, done.replayed))
}

/// A refund as it is now.
pub(crate) async fn show<P: Ports>(
    State(context): State<Context<P>>,
    Segment(id): Segment<RefundId>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    context.identity.operator(&call.headers, Role::Viewer)?;
    let shard = context.existing(id.shard())?;
    let found = context.ask(shard, Query::Refund(id), call.deadline).await?;
    let refund = answer::expect_refund(found)?;
    Ok(answer::refund(StatusCode::OK, &refund))
}
