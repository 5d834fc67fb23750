//! `POST /v1/products/{id}/purchases`: reserve and pay in one call.

use axum::extract::{Request, State};
use axum::response::Response;
use engine::ProductId;

use super::reservations::{Attempt, attempt, counted};
use crate::body::PurchaseForm;
use crate::call::Call;
use crate::context::{Context, Done};
use crate::idempotency::Key;
use crate::ports::Ports;
use crate::problem::Problem;
use crate::segment::Segment;

/// The route of purchases.
pub(crate) const CREATE: &str = "/v1/products/{id}/purchases";

/// Buys units of a product for which nothing is paid.
pub(crate) async fn create<P: Ports>(
    State(context): State<Context<P>>,
    Segment(product): Segment<ProductId>,
    request: Request,
) -> Result<Response, Problem> {
    let result = purchase(&context, product, request).await;
    counted(&context, result)
}

async fn purchase<P: Ports>(
    context: &Context<P>,
    product: ProductId,
    request: Request,
) -> Result<Done, Problem> {
    let mut call = Call::new(context, request);
    let (quantity, reference) = call.form::<PurchaseForm>().await?.read()?;
    let key = Key::required(&call.headers)?;
    let buyer = context.identity.buyer(&call.headers)?;
    attempt(context, Attempt { product, buyer, quantity, reference, purchase: true }, key, call.deadline)
        .await
}
