//! `GET /v1/payment-config` and `POST /v1/reservations/{id}/payment`: the payment provider takes the payment.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::command::Pay;
use engine::saga::Means;
use engine::{BuyerId, Command, ReservationId};
use serde::Serialize;

use crate::body::{Card, CardForm};
use crate::call::Call;
use crate::context::Context;
use crate::idempotency::Key;
use crate::port::{PaymentAccount, Payments};
use crate::ports::Ports;
use crate::problem::{Code, Problem};
use crate::segment::Segment;
use crate::view::json;
use crate::{answer, mint};

/// What a browser tokenises a buyer's card with.
#[derive(Serialize)]
struct ConfigJson<'a> {
    account: &'a str,
    publishable_key: &'a str,
}

/// Which account the buyer's card is to be tokenised for.
pub(crate) async fn config<P: Ports>(
    State(context): State<Context<P>>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    let buyer = context.identity.buyer(&call.headers)?;
    let account = account_of(&context, &buyer)?;
    let shown = ConfigJson { account: &account.name, publishable_key: &account.publishable_key };
    Ok(json(StatusCode::OK, &shown))
}

/// Begins to pay a reservation.
pub(crate) async fn pay<P: Ports>(
    State(context): State<Context<P>>,
    Segment(reservation): Segment<ReservationId>,
    request: Request,
) -> Result<Response, Problem> {
    let mut call = Call::new(&context, request);
    let card = call.form::<CardForm>().await?.read()?;
    let key = Key::required(&call.headers)?;
    let buyer = context.identity.buyer(&call.headers)?;
    let shard = context.existing(reservation.shard())?;
    let means = means(&context, &buyer, card)?;
    let scope = key.scope(&buyer, format!("POST /v1/reservations/{reservation}/payment"));
    let order = mint::order(shard);
    let command = Command::Pay(Box::new(Pay { reservation, buyer: Some(buyer), order, means }));
    let done = context.submit(shard, command, Some(scope), call.deadline).await?;
    let reservation = answer::expect_reservation(done.answer)?;
    Ok(answer::replayed(answer::reservation(StatusCode::ACCEPTED, &reservation), done.replayed))
}

/// What a buyer pays with, at their account.
pub(super) fn means<P: Ports>(context: &Context<P>, buyer: &BuyerId, card: Card) -> Result<Means, Problem> {
    let account = account_of(context, buyer)?.name;
    Ok(Means { account, method: card.method, return_url: card.return_url })
}

fn account_of<P: Ports>(context: &Context<P>, buyer: &BuyerId) -> Result<PaymentAccount, Problem> {
    context.ports.payments().account_of(buyer).ok_or_else(not_configured)
}

pub(super) fn not_configured() -> Problem {
    Problem::new(Code::NotFound, "this cluster has no payment provider configured")
}
