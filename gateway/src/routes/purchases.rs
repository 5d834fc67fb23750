//! `POST /v1/products/{id}/purchases`: reserve and pay in one call.

use axum::extract::{Request, State};
use axum::response::Response;
use engine::{BuyerId, PaymentMode, ProductId};

use super::attempts::{Aim, Attempt, counted, send};
use super::payments::means;
use crate::body::{Card, PurchaseForm};
use crate::call::Call;
use crate::context::{Context, Done};
use crate::idempotency::Key;
use crate::port::{Payments, Sale};
use crate::ports::Ports;
use crate::problem::Problem;
use crate::segment::Segment;

/// The route of purchases.
pub(crate) const CREATE: &str = "/v1/products/{id}/purchases";

/// Buys units: with a card, or of a product for which nothing is paid.
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
    let wanted = call.form::<PurchaseForm>().await?.read()?;
    let key = Key::required(&call.headers)?;
    let buyer = context.identity.buyer(&call.headers)?;
    let aim = aim(context, &product, &buyer, wanted.card)?;
    let attempt = Attempt { product, buyer, quantity: wanted.quantity, reference: wanted.reference, aim };
    send(context, attempt, key, call.deadline).await
}

/// A card is of no use where nothing is paid, and there needs no account; nor where there is no provider. This node's view
/// of the product may be a second old; the engine has the last word.
fn aim<P: Ports>(
    context: &Context<P>,
    product: &ProductId,
    buyer: &BuyerId,
    card: Option<Card>,
) -> Result<Aim, Problem> {
    let free = |payment| payment == PaymentMode::None;
    let product = context.ports.sale().product(product);
    match card {
        Some(card)
            if context.ports.payments().is_configured()
                && !product.is_some_and(|product| free(product.description.payment)) =>
        {
            means(context, buyer, card).map(Aim::Payment)
        }
        _ => Ok(Aim::Order),
    }
}
