//! `POST /v1/webhooks/stripe`: what the payment provider has to tell.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::payments;
use crate::call::Call;
use crate::context::{Context, within};
use crate::header::single;
use crate::port::{Heard, Payments, Unaccepted, Unsettled};
use crate::ports::Ports;
use crate::problem::{Code, Problem};

/// An event has a whole object in it, with up to 25 KB of metadata: more than the bodies of buyers. One that is refused
/// for its length would be lost.
const EVENT_BYTES_MAX: usize = 256 * 1024;
/// How many are read at once: together at most a quarter of a gigabyte.
pub(crate) const EVENTS_AT_ONCE: usize = 1_024;
const SIGNATURE: &str = "stripe-signature";
const SIGNATURE_TAKES: &str = "the provider's signature of the body, like t=…,v1=…";

/// Takes an event, and counts what became of it. 2xx says that it is durable, or that nothing comes of it here: whatever else
/// comes of it, comes of the state.
pub(crate) async fn stripe<P: Ports>(
    State(context): State<Context<P>>,
    request: Request,
) -> Result<Response, Problem> {
    let heard = hear(&context, Call::new(&context, request)).await;
    context.metrics.webhook(match &heard {
        Ok(Heard::Noted) => "taken",
        Ok(Heard::Unknown) => "unknown",
        Ok(Heard::Ignored) => "ignored",
        Err(problem) if problem.code() == Code::Unavailable => "unavailable",
        Err(_) => "refused",
    });
    heard.map(|_| StatusCode::OK.into_response())
}

async fn hear<P: Ports>(context: &Context<P>, mut call: Call) -> Result<Heard, Problem> {
    let signature = signature(&call)?;
    let turn = within(call.deadline, context.events_at_once.acquire()).await;
    let Some(Ok(_reading)) = turn else { return Err(Unsettled::Unavailable.into()) };
    let body = call.raw(EVENT_BYTES_MAX).await?;
    let heard = context.ports.payments().receive(&signature, body, call.deadline);
    match within(call.deadline, heard).await {
        Some(Ok(heard)) => Ok(heard),
        Some(Err(Unaccepted::NotConfigured)) => Err(payments::not_configured()),
        Some(Err(Unaccepted::Invalid { reason })) => Err(Problem::invalid(reason)),
        Some(Err(Unaccepted::Unavailable)) | None => Err(Unsettled::Unavailable.into()),
    }
}

fn signature(call: &Call) -> Result<String, Problem> {
    let value = single(&call.headers, SIGNATURE, SIGNATURE_TAKES)?;
    let text = value.and_then(|value| value.to_str().ok());
    text.map(str::to_owned).ok_or_else(|| Problem::field("Stripe-Signature", SIGNATURE_TAKES))
}
