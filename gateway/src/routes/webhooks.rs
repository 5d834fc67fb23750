//! `POST /v1/webhooks/stripe`: what the payment provider has to tell.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::payments;
use crate::call::Call;
use crate::context::{Context, within};
use crate::header::single;
use crate::port::{Payments, Unaccepted, Unsettled};
use crate::ports::Ports;
use crate::problem::Problem;

/// An event has a whole object in it, with up to 25 KB of metadata: more than the bodies of buyers. One that is refused
/// for its length would be lost.
const EVENT_BYTES_MAX: usize = 256 * 1024;
/// How many are read at once: together at most a quarter of a gigabyte.
pub(crate) const EVENTS_AT_ONCE: usize = 1_024;
const SIGNATURE: &str = "stripe-signature";
const SIGNATURE_TAKES: &str = "the provider's signature of the body, like t=…,v1=…";

/// Takes an event. 2xx says that it is durable: whatever else comes of it, comes of the state.
pub(crate) async fn stripe<P: Ports>(
    State(context): State<Context<P>>,
    request: Request,
) -> Result<Response, Problem> {
    let mut call = Call::new(&context, request);
    let taken = match signature(&call) {
        Ok(signature) => {
            let turn = within(call.deadline, context.events_at_once.acquire()).await;
            let Some(Ok(_reading)) = turn else {
                context.metrics.webhook("unavailable");
                return Err(Unsettled::Unavailable.into());
            };
            let body = call.raw(EVENT_BYTES_MAX).await?;
            let taken = context.ports.payments().receive(&signature, body, call.deadline);
            within(call.deadline, taken).await.unwrap_or(Err(Unaccepted::Unavailable))
        }
        Err(problem) => {
            context.metrics.webhook("refused");
            return Err(problem);
        }
    };
    context.metrics.webhook(match &taken {
        Ok(()) => "taken",
        Err(Unaccepted::Unavailable) => "unavailable",
        Err(Unaccepted::Invalid { .. } | Unaccepted::NotConfigured) => "refused",
    });
    match taken {
        Ok(()) => Ok(StatusCode::OK.into_response()),
        Err(Unaccepted::NotConfigured) => Err(payments::not_configured()),
        Err(Unaccepted::Invalid { reason }) => Err(Problem::invalid(reason)),
        Err(Unaccepted::Unavailable) => Err(Unsettled::Unavailable.into()),
    }
}

fn signature(call: &Call) -> Result<String, Problem> {
    let value = single(&call.headers, SIGNATURE, SIGNATURE_TAKES)?;
    let text = value.and_then(|value| value.to_str().ok());
    text.map(str::to_owned).ok_or_else(|| Problem::field("Stripe-Signature", SIGNATURE_TAKES))
}
