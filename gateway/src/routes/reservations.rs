//! `POST` and `GET /v1/products/{id}/reservations`, `GET /v1/reservations`, `GET` and `DELETE /v1/reservations/{id}`.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::command::{Cancel, Reserve};
use engine::view::ReservationStatus;
use engine::{BuyerId, Command, ProductId, Query, Reference, ReservationId};

use super::products;
use crate::body::ReservationForm;
use crate::call::Call;
use crate::context::{Context, Done, within};
use crate::idempotency::Key;
use crate::identity::Role;
use crate::list::ListJson;
use crate::port::{Filter, Lists, Unsettled};
use crate::ports::Ports;
use crate::problem::Problem;
use crate::segment::Segment;
use crate::view::{ReservationJson, json};
use crate::{answer, mint};

/// The route of attempts.
pub(crate) const CREATE: &str = "/v1/products/{id}/reservations";

/// What an attempt asks for.
pub(crate) struct Attempt {
    pub(crate) product: ProductId,
    pub(crate) buyer: BuyerId,
    pub(crate) quantity: u32,
    pub(crate) reference: Option<Reference>,
    /// Whether it shall be paid in the same step.
    pub(crate) purchase: bool,
}

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
    attempt(context, Attempt { product, buyer, quantity, reference, purchase: false }, key, call.deadline)
        .await
}

/// Sends an attempt to its shard.
pub(crate) async fn attempt<P: Ports>(
    context: &Context<P>,
    attempt: Attempt,
    key: Key,
    deadline: Instant,
) -> Result<Done, Problem> {
    let Attempt { product, buyer, quantity, reference, purchase } = attempt;
    let resource = if purchase { "purchases" } else { "reservations" };
    let scope = key.scope(&buyer, ["POST /v1/products/", &product, "/", resource].concat());
    let shard = context.shard_of(&product);
    let (reservation, order) = mint::reservation_and_order(shard);
    let command =
        Command::Reserve(Reserve { reservation, order, product, buyer, quantity, reference, purchase });
    context.submit(shard, command, Some(scope), deadline).await
}

/// Counts what an attempt came to, and makes it a response.
pub(crate) fn counted<P: Ports>(
    context: &Context<P>,
    result: Result<Done, Problem>,
) -> Result<Response, Problem> {
    context.metrics.attempt(match &result {
        Ok(Done { replayed: false, .. }) => "granted",
        Ok(Done { replayed: true, .. }) => "replayed",
        Err(problem) => problem.code().as_str(),
    });
    let done = result?;
    let reservation = answer::expect_reservation(done.answer)?;
    let response = answer::reservation(StatusCode::CREATED, &reservation);
    let response = answer::located(response, &format!("/v1/reservations/{}", reservation.id));
    Ok(answer::replayed(response, done.replayed))
}

/// A reservation as it is now.
pub(crate) async fn show<P: Ports>(
    State(context): State<Context<P>>,
    Segment(id): Segment<ReservationId>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    let buyer = context.identity.reader(&call.headers)?;
    let shard = context.existing(id.shard())?;
    let found = context.ask(shard, Query::Reservation(id, buyer), call.deadline).await?;
    let reservation = answer::expect_reservation(found)?;
    Ok(answer::reservation(StatusCode::OK, &reservation))
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

/// The buyer's reservations, or with a role everybody's.
pub(crate) async fn list<P: Ports>(
    State(context): State<Context<P>>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    let query = call.query(&["limit", "after", "status"])?;
    let (limit, after, status) = (query.limit()?, query.after()?, query.status()?);
    let buyer = context.identity.reader(&call.headers)?;
    page(&context, call.deadline, Filter { product: None, buyer, status }, after, limit).await
}

/// A product's reservations.
pub(crate) async fn list_of_product<P: Ports>(
    State(context): State<Context<P>>,
    Segment(product): Segment<ProductId>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    let query = call.query(&["limit", "after", "status", "buyer_id"])?;
    let (limit, after, status, buyer) = (query.limit()?, query.after()?, query.status()?, query.buyer()?);
    context.identity.operator(&call.headers, Role::Viewer)?;
    products::expect(&context, &product, call.deadline).await?;
    page(&context, call.deadline, Filter { product: Some(product), buyer, status }, after, limit).await
}

async fn page<P: Ports>(
    context: &Context<P>,
    deadline: Instant,
    filter: Filter<ReservationStatus>,
    after: Option<ReservationId>,
    limit: usize,
) -> Result<Response, Problem> {
    let page = within(deadline, context.ports.lists().reservations(filter, after, limit)).await;
    let page = page.ok_or(Unsettled::Unavailable)??;
    let list = ListJson::new(&page.items, page.has_more, |last| last.id.to_string(), ReservationJson::from);
    Ok(json(StatusCode::OK, &list))
}
