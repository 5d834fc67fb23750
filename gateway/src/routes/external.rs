//! `POST /v1/reservations/{id}/checkout`, `/confirm` and `/release`: the shop takes the payment itself.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::command::{Checkout, Confirm, Release};
use engine::{Command, ReservationId};

use crate::body::ConfirmationForm;
use crate::call::Call;
use crate::context::Context;
use crate::idempotency::Key;
use crate::identity::{Operator, Role};
use crate::ports::Ports;
use crate::problem::Problem;
use crate::segment::Segment;
use crate::{answer, mint};

/// A payment outside begins.
pub(crate) async fn checkout<P: Ports>(
    State(context): State<Context<P>>,
    Segment(reservation): Segment<ReservationId>,
    request: Request,
) -> Result<Response, Problem> {
    let mut call = Call::new(&context, request);
    call.nothing().await?;
    let step = Step::read(&context, call, reservation, "checkout")?;
    let command = Command::Checkout(Checkout { reservation, buyer: step.operator.buyer.clone() });
    step.take(&context, command).await
}

/// A payment outside succeeded.
pub(crate) async fn confirm<P: Ports>(
    State(context): State<Context<P>>,
    Segment(reservation): Segment<ReservationId>,
    request: Request,
) -> Result<Response, Problem> {
    let mut call = Call::new(&context, request);
    let (payment, paid) = call.form::<ConfirmationForm>().await?.read()?;
    let step = Step::read(&context, call, reservation, "confirm")?;
    let (buyer, order) = (step.operator.buyer.clone(), mint::order(reservation.shard()));
    let command = Command::Confirm(Confirm { reservation, buyer, order, payment, paid });
    step.take(&context, command).await
}

/// A payment outside failed or was given up.
pub(crate) async fn release<P: Ports>(
    State(context): State<Context<P>>,
    Segment(reservation): Segment<ReservationId>,
    request: Request,
) -> Result<Response, Problem> {
    let mut call = Call::new(&context, request);
    call.nothing().await?;
    let step = Step::read(&context, call, reservation, "release")?;
    let command = Command::Release(Release { reservation, buyer: step.operator.buyer.clone() });
    step.take(&context, command).await
}

/// A step of a payment that the shop takes. A key is welcome and not required: the contract asks buyers and admins for one.
struct Step {
    call: Call,
    reservation: ReservationId,
    verb: &'static str,
    operator: Operator,
    key: Option<Key>,
}

impl Step {
    fn read<P>(
        context: &Context<P>,
        call: Call,
        reservation: ReservationId,
        verb: &'static str,
    ) -> Result<Step, Problem> {
        let key = Key::optional(&call.headers)?;
        let operator = context.identity.operator(&call.headers, Role::Service)?;
        Ok(Step { call, reservation, verb, operator, key })
    }

    async fn take<P: Ports>(self, context: &Context<P>, command: Command) -> Result<Response, Problem> {
        let shard = context.existing(self.reservation.shard())?;
        let route = format!("POST /v1/reservations/{}/{}", self.reservation, self.verb);
        let scope = self.key.map(|key| key.scope(self.operator.principal(), route));
        let done = context.submit(shard, command, scope, self.call.deadline).await?;
        let reservation = answer::expect_reservation(done.answer)?;
        Ok(answer::replayed(answer::reservation(StatusCode::OK, &reservation), done.replayed))
    }
}
