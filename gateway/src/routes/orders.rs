//! `GET /v1/orders`, `GET /v1/orders/{id}` and `GET /v1/products/{id}/orders`.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::view::{OrderStatus, OrderView};
use engine::{OrderId, ProductId, Query};

use super::products;
use crate::answer;
use crate::call::Call;
use crate::context::{Context, within};
use crate::identity::Role;
use crate::list::{ListJson, ListQuery};
use crate::port::{Filter, Lists, Unsettled};
use crate::ports::Ports;
use crate::problem::Problem;
use crate::segment::Segment;
use crate::view::{OrderJson, json};

/// An order as it is now.
pub(crate) async fn show<P: Ports>(
    State(context): State<Context<P>>,
    Segment(id): Segment<OrderId>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    let buyer = context.identity.reader(&call.headers)?;
    let shard = context.existing(id.shard())?;
    let found = context.ask(shard, Query::Order(id, buyer), call.deadline).await?;
    let order = answer::expect_order(found)?;
    Ok(answer::order(StatusCode::OK, &order))
}

/// The buyer's orders, or with a role everybody's.
pub(crate) async fn list<P: Ports>(
    State(context): State<Context<P>>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    let query = call.query(&["limit", "after", "status"])?;
    let (limit, after, wanted) = (query.limit()?, query.after()?, Wanted::read(&query)?);
    let buyer = context.identity.reader(&call.headers)?;
    let Some(status) = wanted.status() else { return Ok(shown(&[], false)) };
    page(&context, call.deadline, Filter { product: None, buyer, status }, after, limit).await
}

/// A product's orders.
pub(crate) async fn list_of_product<P: Ports>(
    State(context): State<Context<P>>,
    Segment(product): Segment<ProductId>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    let query = call.query(&["limit", "after", "status", "buyer_id"])?;
    let (limit, after, wanted, buyer) =
        (query.limit()?, query.after()?, Wanted::read(&query)?, query.buyer()?);
    context.identity.operator(&call.headers, Role::Viewer)?;
    products::expect(&context, &product, call.deadline).await?;
    let Some(status) = wanted.status() else { return Ok(shown(&[], false)) };
    page(&context, call.deadline, Filter { product: Some(product), buyer, status }, after, limit).await
}

async fn page<P: Ports>(
    context: &Context<P>,
    deadline: Instant,
    filter: Filter<OrderStatus>,
    after: Option<OrderId>,
    limit: usize,
) -> Result<Response, Problem> {
    let page = within(deadline, context.ports.lists().orders(filter, after, limit)).await;
    let page = page.ok_or(Unsettled::Unavailable)??;
    Ok(shown(&page.items, page.has_more))
}

fn shown(orders: &[OrderView], has_more: bool) -> Response {
    json(StatusCode::OK, &ListJson::new(orders, has_more, |last| last.id.to_string(), OrderJson::from))
}

/// The orders that a list shall have.
enum Wanted {
    /// Those in this state, or all.
    In(Option<OrderStatus>),
    /// Those that are cancelled. The contract has the word, and no order can come to that before payments are captured
    /// here.
    Cancelled,
}

impl Wanted {
    fn read(query: &ListQuery<'_>) -> Result<Wanted, Problem> {
        if query.get("status") == Some("cancelled") {
            return Ok(Wanted::Cancelled);
        }
        query.status().map(Wanted::In)
    }

    fn status(self) -> Option<Option<OrderStatus>> {
        match self {
            Wanted::In(status) => Some(status),
            Wanted::Cancelled => None,
        }
    }
}
