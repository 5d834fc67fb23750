//! `POST /v1/products/{id}/pause`, `/resume` and `/archive`.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::{Command, ProductId};

use crate::answer;
use crate::call::Call;
use crate::context::Context;
use crate::idempotency::Key;
use crate::identity::Role;
use crate::ports::Ports;
use crate::problem::Problem;
use crate::segment::Segment;

/// Stops attempts until resumed.
pub(crate) async fn pause<P: Ports>(
    State(context): State<Context<P>>,
    Segment(product): Segment<ProductId>,
    request: Request,
) -> Result<Response, Problem> {
    run(&context, product, request, "pause", Command::PauseProduct).await
}

/// Takes attempts again.
pub(crate) async fn resume<P: Ports>(
    State(context): State<Context<P>>,
    Segment(product): Segment<ProductId>,
    request: Request,
) -> Result<Response, Problem> {
    run(&context, product, request, "resume", Command::ResumeProduct).await
}

/// Ends a product for good.
pub(crate) async fn archive<P: Ports>(
    State(context): State<Context<P>>,
    Segment(product): Segment<ProductId>,
    request: Request,
) -> Result<Response, Problem> {
    run(&context, product, request, "archive", Command::ArchiveProduct).await
}

async fn run<P: Ports>(
    context: &Context<P>,
    product: ProductId,
    request: Request,
    verb: &'static str,
    command: fn(ProductId) -> Command,
) -> Result<Response, Problem> {
    let mut call = Call::new(context, request);
    call.nothing().await?;
    let key = Key::required(&call.headers)?;
    let operator = context.identity.operator(&call.headers, Role::Admin)?;
    let scope = key.scope(operator.role.principal(), format!("POST /v1/products/{product}/{verb}"));
    let shard = context.shard_of(&product);
    let done = context.submit(shard, command(product), Some(scope), call.deadline).await?;
    let (product, _) = answer::expect_product(done.answer)?;
    Ok(answer::replayed(answer::product(StatusCode::OK, &product), done.replayed))
}
