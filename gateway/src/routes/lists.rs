//! Lists of reservations and of orders: a buyer's, and a product's.

use std::fmt::Display;
use std::future::Future;
use std::str::FromStr;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::view::{OrderStatus, OrderView, ReservationStatus, ReservationView};
use engine::{OrderId, ProductId, ReservationId};
use serde::Serialize;

use super::products;
use crate::call::Call;
use crate::context::{Context, within};
use crate::identity::{Reader, Role};
use crate::list::ListJson;
use crate::port::{Filter, Lists, ListsUnavailable, Page, Unsettled};
use crate::ports::Ports;
use crate::problem::Problem;
use crate::segment::Segment;
use crate::view::{Audience, OrderJson, ReservationJson, Word, json};

/// Something that there are lists of.
pub(crate) trait Listed: Sized + Send + Sync + 'static {
    type Id: Copy + Display + FromStr + Send;
    type Status: Word + Send;
    type Json<'a>: Serialize;

    fn id(&self) -> Self::Id;

    fn json(&self, audience: Audience) -> Self::Json<'_>;

    fn page<L: Lists>(
        lists: &L,
        filter: Filter<Self::Status>,
        after: Option<Self::Id>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<Self>, ListsUnavailable>> + Send;
}

impl Listed for ReservationView {
    type Id = ReservationId;
    type Status = ReservationStatus;
    type Json<'a> = ReservationJson<'a>;

    fn id(&self) -> ReservationId {
        self.id
    }

    fn json(&self, audience: Audience) -> ReservationJson<'_> {
        ReservationJson::of(self, audience)
    }

    fn page<L: Lists>(
        lists: &L,
        filter: Filter<ReservationStatus>,
        after: Option<ReservationId>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<Self>, ListsUnavailable>> + Send {
        lists.reservations(filter, after, limit)
    }
}

impl Listed for OrderView {
    type Id = OrderId;
    type Status = OrderStatus;
    type Json<'a> = OrderJson<'a>;

    fn id(&self) -> OrderId {
        self.id
    }

    fn json(&self, _: Audience) -> OrderJson<'_> {
        OrderJson::from(self)
    }

    fn page<L: Lists>(
        lists: &L,
        filter: Filter<OrderStatus>,
        after: Option<OrderId>,
        limit: usize,
    ) -> impl Future<Output = Result<Page<Self>, ListsUnavailable>> + Send {
        lists.orders(filter, after, limit)
    }
}

/// The buyer's, or with a role everybody's.
pub(crate) async fn of_buyer<T: Listed, P: Ports>(
    State(context): State<Context<P>>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    let query = call.query(&["limit", "after", "status"])?;
    let (limit, after, status) = (query.limit()?, query.after()?, query.status()?);
    let Reader { buyer, audience } = context.identity.reader(&call.headers)?;
    let filter = Filter { product: None, buyer, status };
    page::<T, P>(&context, call.deadline, filter, after, limit, audience).await
}

/// A product's.
pub(crate) async fn of_product<T: Listed, P: Ports>(
    State(context): State<Context<P>>,
    Segment(product): Segment<ProductId>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    let query = call.query(&["limit", "after", "status", "buyer_id"])?;
    let (limit, after, status, buyer) = (query.limit()?, query.after()?, query.status()?, query.buyer()?);
    context.identity.operator(&call.headers, Role::Viewer)?;
    products::expect(&context, &product, call.deadline).await?;
    let filter = Filter { product: Some(product), buyer, status };
    page::<T, P>(&context, call.deadline, filter, after, limit, Audience::Others).await
}

async fn page<T: Listed, P: Ports>(
    context: &Context<P>,
    deadline: Instant,
    filter: Filter<T::Status>,
    after: Option<T::Id>,
    limit: usize,
    audience: Audience,
) -> Result<Response, Problem> {
    let page = within(deadline, T::page(context.ports.lists(), filter, after, limit)).await;
    let page = page.ok_or(Unsettled::Unavailable)??;
    let list =
        ListJson::new(&page.items, page.has_more, |last| last.id().to_string(), |one| one.json(audience));
    Ok(json(StatusCode::OK, &list))
}
