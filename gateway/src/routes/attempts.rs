//! What reservations and purchases have in common: an attempt, sent to its shard and counted.

use std::time::Instant;

use axum::http::StatusCode;
use axum::response::Response;
use engine::command::{Purchase, Reserve};
use engine::saga::Means;
use engine::view::ReservationStatus;
use engine::{BuyerId, Command, ProductId, Reference};

use crate::context::{Context, Done};
use crate::idempotency::Key;
use crate::ports::Ports;
use crate::problem::Problem;
use crate::{answer, mint};

/// What an attempt asks for.
pub(crate) struct Attempt {
    pub(crate) product: ProductId,
    pub(crate) buyer: BuyerId,
    pub(crate) quantity: u32,
    pub(crate) reference: Option<Reference>,
    pub(crate) aim: Aim,
}

/// What shall come of an attempt.
pub(crate) enum Aim {
    /// A hold.
    Hold,
    /// An order at once, without a payment.
    Order,
    /// An order, as soon as it is paid so.
    Payment(Means),
}

impl Aim {
    fn resource(&self) -> &'static str {
        match self {
            Aim::Hold => "reservations",
            Aim::Order | Aim::Payment(_) => "purchases",
        }
    }
}

/// Sends an attempt to its shard.
pub(crate) async fn send<P: Ports>(
    context: &Context<P>,
    attempt: Attempt,
    key: Key,
    deadline: Instant,
) -> Result<Done, Problem> {
    let Attempt { product, buyer, quantity, reference, aim } = attempt;
    let scope = key.scope(&buyer, ["POST /v1/products/", &product, "/", aim.resource()].concat());
    let shard = context.shard_of(&product);
    let (reservation, order) = mint::reservation_and_order(shard);
    let purchase = matches!(aim, Aim::Order);
    let reserve = Reserve { reservation, order, product, buyer, quantity, reference, purchase };
    let command = match aim {
        Aim::Hold | Aim::Order => Command::Reserve(reserve),
        Aim::Payment(means) => Command::Purchase(Box::new(Purchase { reserve, means })),
    };
    context.submit(shard, command, Some(scope), deadline).await
}

/// Counts what an attempt came to, and makes it a response: 202 if a payment is under way.
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
    let status = match reservation.status {
        ReservationStatus::Paying => StatusCode::ACCEPTED,
        _ => StatusCode::CREATED,
    };
    let response = answer::reservation(status, &reservation);
    let response = answer::located(response, &format!("/v1/reservations/{}", reservation.id));
    Ok(answer::replayed(response, done.replayed))
}
