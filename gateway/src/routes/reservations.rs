//! `POST /v1/products/{id}/reservations`, `GET` and `DELETE /v1/reservations/{id}`.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::command::Cancel;
use engine::{Command, ProductId, Query, ReservationId};

use super::attempts::{Aim, Attempt, counted, send};
use crate::answer;
use crate::body::ReservationForm;
use crate::call::Call;
use crate::context::{Context, Done};
use crate::idempotency::Key;
use crate::ports::Ports;
use crate::problem::Problem;
use crate::segment::Segment;
use crate::view::{ReservationJson, json};

/// The route of attempts.
pub(crate) const CREATE: &str = "/v1/products/{id}/reservations";

/// Holds units for a buyer.
pub(crate) async fn create<P: Ports>(
    State(context): State<Context<P>>,
    Segment(product): Segment<ProductId>,
    request: Request,
) -> Result<Response, Problem> {
    let result = reserve(&context, product, request).await;
    counted(&context, result)
}

async fn reserve<P: Ports>(
    context: &Context<P>,
    product: ProductId,
    request: Request,
) -> Result<Done, Problem> {
    let mut call = Call::new(context, request);
    let (quantity, reference) = call.form::<ReservationForm>().await?.read()?;
    let key = Key::required(&call.headers)?;
    let buyer = context.identity.buyer(&call.headers)?;
    let attempt = Attempt { product, buyer, quantity, reference, aim: Aim::Hold };
    send(context, attempt, key, call.deadline).await
}

/// A reservation as it is now.
pub(crate) async fn show<P: Ports>(
    State(context): State<Context<P>>,
    Segment(id): Segment<ReservationId>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    let reader = context.identity.reader(&call.headers)?;
    let shard = context.existing(id.shard())?;
    let found = context.ask(shard, Query::Reservation(id, reader.buyer), call.deadline).await?;
    let reservation = answer::expect_reservation(found)?;
    Ok(json(StatusCode::OK, &ReservationJson::of(&reservation, reader.audience)))
}

/// Gives a hold back. Doing so again gives the same answer, so it takes no key.
pub(crate) async fn cancel<P: Ports>(
    State(context): State<Context<P>>,
    Segment(id): Segment<ReservationId>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    let buyer = context.identity.holder(&call.headers)?;
    let shard = context.existing(id.shard())?;
    let command = Command::Cancel(Cancel { reservation: id, buyer });
    let done = context.submit(shard, command, None, call.deadline).await?;
    let reservation = answer::expect_reservation(done.answer)?;
    Ok(answer::reservation(StatusCode::OK, &reservation))
}
