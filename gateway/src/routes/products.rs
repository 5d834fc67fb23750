//! `GET /v1/products`, `GET` and `PUT /v1/products/{id}`.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::command::PutProduct;
use engine::view::ProductView;
use engine::{Command, ProductId, Query};

use crate::answer;
use crate::body::ProductForm;
use crate::call::Call;
use crate::context::Context;
use crate::identity::Role;
use crate::list::ListJson;
use crate::payable;
use crate::port::Sale;
use crate::ports::Ports;
use crate::precondition::Precondition;
use crate::problem::{Code, Problem, revision_mismatch};
use crate::segment::Segment;
use crate::view::{ProductJson, json};

/// Products as this node last saw them.
pub(crate) async fn list<P: Ports>(
    State(context): State<Context<P>>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    let query = call.query(&["limit", "after"])?;
    let (limit, after) = (query.limit()?, query.after::<ProductId>()?);
    context.identity.visitor(&call.headers)?;
    // One more than asked for tells whether there are more.
    let mut products: Vec<Arc<ProductView>> = context.ports.sale().products(after.as_ref(), limit + 1);
    let has_more = products.len() > limit;
    products.truncate(limit);
    let page =
        ListJson::new(&products, has_more, |last| last.id.to_string(), |one| ProductJson::from(&**one));
    Ok(json(StatusCode::OK, &page))
}

/// A product as it is now.
pub(crate) async fn show<P: Ports>(
    State(context): State<Context<P>>,
    Segment(id): Segment<ProductId>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    context.identity.visitor(&call.headers)?;
    let product = current(&context, id, call.deadline).await?;
    Ok(answer::product(StatusCode::OK, &product))
}

/// Creates or changes a product.
pub(crate) async fn put<P: Ports>(
    State(context): State<Context<P>>,
    Segment(id): Segment<ProductId>,
    request: Request,
) -> Result<Response, Problem> {
    let mut call = Call::new(&context, request);
    expect_addressable(&id)?;
    let description = call.form::<ProductForm>().await?.read()?;
    let precondition = Precondition::read(&call.headers)?;
    context.identity.operator(&call.headers, Role::Admin)?;
    payable::expect(context.ports.payments(), &description)?;
    let if_revision = if_revision(&context, &id, call.deadline, precondition).await?;
    let shard = context.shard_of(&id);
    let command = Command::PutProduct(Box::new(PutProduct { product: id, description, if_revision }));
    let done = context.submit(shard, command, None, call.deadline).await.map_err(explain_conflict)?;
    let (product, created) = answer::expect_product(done.answer)?;
    let response = answer::product(if created { StatusCode::CREATED } else { StatusCode::OK }, &product);
    Ok(if created { answer::located(response, &format!("/v1/products/{}", product.id)) } else { response })
}

/// Clients remove `.` and `..` from the paths of URLs (RFC 3986, 5.2.4), so nobody could ask for such a product.
fn expect_addressable(id: &ProductId) -> Result<(), Problem> {
    match &**id {
        "." | ".." => {
            Err(Problem::field("product id", &format!("{}, other than . and ..", ProductId::TAKES)))
        }
        _ => Ok(()),
    }
}

/// The product as its shard's leader has it.
pub(crate) async fn current<P: Ports>(
    context: &Context<P>,
    id: ProductId,
    deadline: Instant,
) -> Result<Box<ProductView>, Problem> {
    let found = context.ask(context.shard_of(&id), Query::Product(id), deadline).await?;
    answer::expect_product(found).map(|(product, _)| product)
}

/// Makes sure that there is such a product. This node's view of it may be a second old, so the leader has the last word.
pub(crate) async fn expect<P: Ports>(
    context: &Context<P>,
    id: &ProductId,
    deadline: Instant,
) -> Result<(), Problem> {
    match context.ports.sale().product(id) {
        Some(_) => Ok(()),
        None => current(context, id.clone(), deadline).await.map(|_| ()),
    }
}

/// The one revision that the command asks for. Products are never deleted, so "there is one" stays true once it is.
async fn if_revision<P: Ports>(
    context: &Context<P>,
    id: &ProductId,
    deadline: Instant,
    precondition: Precondition,
) -> Result<Option<u64>, Problem> {
    let accepted = match precondition {
        Precondition::None => return Ok(None),
        Precondition::Absent => return Ok(Some(0)),
        Precondition::OneOf(revisions) if revisions.len() == 1 => return Ok(revisions.first().copied()),
        Precondition::OneOf(revisions) => Some(revisions),
        Precondition::Present => None,
        Precondition::Impossible => Some(Vec::new()),
    };
    let revision = match current(context, id.clone(), deadline).await {
        Ok(product) => product.revision,
        Err(problem) if problem.code() == Code::NotFound => return Err(revision_mismatch(0)),
        Err(problem) => return Err(problem),
    };
    match accepted {
        None => Ok(None),
        Some(revisions) if revisions.contains(&revision) => Ok(Some(revision)),
        Some(_) => Err(revision_mismatch(revision)),
    }
}

/// A conflict here has few causes, and the product's status alone does not tell which.
fn explain_conflict(problem: Problem) -> Problem {
    match problem.code() {
        Code::Conflict => problem.detail(
            "`stock` is the initial stock and, like `lanes`, stays as it was created (POST stock-adjustments changes \
             the stock); a product that is archived or frozen stays as it is altogether",
        ),
        _ => problem,
    }
}
