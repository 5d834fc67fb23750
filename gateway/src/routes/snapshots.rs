//! `GET /v1/cluster/shards/{id}/snapshot`: a shard's state, for a backup.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;

use crate::call::Call;
use crate::context::{Context, within};
use crate::identity::Role;
use crate::port::{NoSnapshot, Operations, Unsettled};
use crate::ports::Ports;
use crate::problem::Problem;
use crate::segment::{Segment, ShardNumber};

/// How long writing a snapshot may take, before the first byte of it goes out: it is written whole first.
const WRITTEN_WITHIN: Duration = Duration::from_secs(120);

/// A snapshot with all that was acknowledged before it was asked for.
pub(crate) async fn show<P: Ports>(
    State(context): State<Context<P>>,
    Segment(ShardNumber(shard)): Segment<ShardNumber>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::new(&context, request);
    context.identity.operator(&call.headers, Role::Admin)?;
    let deadline = Instant::now() + WRITTEN_WITHIN;
    let snapshot = within(deadline, context.ports.operations().snapshot(shard, deadline)).await;
    let snapshot = snapshot.ok_or(Unsettled::Unavailable)?.map_err(|why| match why {
        NoSnapshot::NoShard => Problem::not_found(),
        NoSnapshot::Unavailable => Unsettled::Unavailable.into(),
    })?;
    let mut response = Response::new(Body::from_stream(snapshot.content));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_LENGTH, snapshot.bytes.into());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("log-index", snapshot.index.into());
    Ok(response)
}
