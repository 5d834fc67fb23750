//! The id in a path.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use engine::{OrderId, ProductId, RefundId, ReservationId};

use crate::problem::Problem;

/// What may stand in a path.
pub(crate) trait Named: FromStr {
    /// What it is called in messages.
    const NAME: &'static str;
    /// What it takes.
    const TAKES: &'static str;
}

/// The id of a node.
#[derive(Clone, Copy)]
pub(crate) struct NodeNumber(pub(crate) u64);

impl FromStr for NodeNumber {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<NodeNumber, std::num::ParseIntError> {
        text.parse::<std::num::NonZeroU32>().map(|number| NodeNumber(u64::from(number.get())))
    }
}

impl Named for NodeNumber {
    const NAME: &'static str = "node id";
    const TAKES: &'static str = "a number from 1 to 4294967295";
}

/// The number of a shard.
#[derive(Clone, Copy)]
pub(crate) struct ShardNumber(pub(crate) u16);

impl FromStr for ShardNumber {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<ShardNumber, std::num::ParseIntError> {
        text.parse().map(ShardNumber)
    }
}

impl Named for ShardNumber {
    const NAME: &'static str = "shard number";
    const TAKES: &'static str = "a number from 0 to 65535";
}

const UUID: &str = "a UUID, like 0193a0c0-7001-7a3b-8000-3f0c5a1d2e4f";

impl Named for ProductId {
    const NAME: &'static str = "product id";
    const TAKES: &'static str = ProductId::TAKES;
}

impl Named for ReservationId {
    const NAME: &'static str = "reservation id";
    const TAKES: &'static str = UUID;
}

impl Named for OrderId {
    const NAME: &'static str = "order id";
    const TAKES: &'static str = UUID;
}

impl Named for RefundId {
    const NAME: &'static str = "refund id";
    const TAKES: &'static str = UUID;
}

/// The one id that a path has.
pub(crate) struct Segment<T>(pub(crate) T);

impl<T: Named, S: Send + Sync> FromRequestParts<S> for Segment<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Segment<T>, Problem> {
        let malformed = || Problem::field(T::NAME, T::TAKES);
        let segments = RawPathParams::from_request_parts(parts, state).await.map_err(|_| malformed())?;
        let (_, text) = segments.iter().next().ok_or_else(malformed)?;
        text.parse().map(Segment).map_err(|_| malformed())
    }
}
