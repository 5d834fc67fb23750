//! `GET /healthz` and `GET /readyz`: for supervisors and load balancers.

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use crate::context::Context;
use crate::port::Operations;
use crate::ports::Ports;
use crate::problem::{Code, Problem};

const RETRY_AFTER_SECS: u64 = 1;

/// The process is up.
pub(crate) async fn alive() -> &'static str {
    "ok"
}

/// This node can route attempts, and is not draining.
pub(crate) async fn ready<P: Ports>(State(context): State<Context<P>>) -> Response {
    let ready = match context.drain.has_begun() {
        true => Err("this node is draining".to_owned()),
        false => context.ports.operations().ready(),
    };
    match ready {
        Ok(()) => "ready".into_response(),
        Err(why) => Problem::new(Code::Unavailable, why).retry_after(RETRY_AFTER_SECS).into_response(),
    }
}
