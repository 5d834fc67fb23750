//! `GET /v1/products/{id}/stock` and `POST /v1/products/{id}/stock-adjustments`.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::command::AdjustStock;
use engine::{Command, ProductId};

use super::products;
use crate::body::AdjustmentForm;
use crate::call::Call;
use crate::context::Context;
use crate::idempotency::Key;
use crate::identity::Role;
use crate::port::Sale;
use crate::ports::Ports;
use crate::problem::Problem;
use crate::segment::Segment;
use crate::view::{StockJson, json};
use crate::{answer, mint};

/// The stock as this node last saw it; of a product that it has not seen yet, as the leader has it.
pub(crate) async fn show<P: Ports>(
    State(context): State<Context<P>>,
    Segment(id): Segment<ProductId>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    context.identity.visitor(&call.headers)?;
    let stock = match context.ports.sale().product(&id) {
        Some(product) => product.stock,
        None => products::current(&context, id, call.deadline).await?.stock,
    };
    Ok(json(StatusCode::OK, &StockJson::from(stock)))
}

/// Adds or takes away units.
pub(crate) async fn adjust<P: Ports>(
    State(context): State<Context<P>>,
    Segment(product): Segment<ProductId>,
    request: Request,
) -> Result<Response, Problem> {
    let mut call = Call::new(&context, request);
    let (delta, reason) = call.form::<AdjustmentForm>().await?.read()?;
    let key = Key::required(&call.headers)?;
    let operator = context.identity.operator(&call.headers, Role::Admin)?;
    let scope =
        key.scope(operator.role.principal(), format!("POST /v1/products/{product}/stock-adjustments"));
    let shard = context.shard_of(&product);
    let command = Command::AdjustStock(AdjustStock { id: mint::adjustment(shard), product, delta, reason });
    let done = context.submit(shard, command, Some(scope), call.deadline).await?;
    let adjustment = answer::expect_adjustment(done.answer)?;
    Ok(answer::replayed(answer::adjustment(StatusCode::CREATED, &adjustment), done.replayed))
}
