//! Answers of the sale, as responses.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use engine::Answer;
use engine::view::{Adjustment, OrderView, ProductView, RefundView, ReservationView};

use crate::problem::Problem;
use crate::view::{AdjustmentJson, Audience, OrderJson, ProductJson, RefundJson, ReservationJson, json};

const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Says that the answer is the one first given under the key.
pub(crate) fn replayed(mut response: Response, replayed: bool) -> Response {
    if replayed {
        response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

/// Says where the thing is to be found.
pub(crate) fn located(mut response: Response, path: &str) -> Response {
    // Paths are made of ids, whose characters are all allowed in a header.
    if let Ok(value) = HeaderValue::from_str(path) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

/// A product, with its revision as the ETag.
pub(crate) fn product(status: StatusCode, product: &ProductView) -> Response {
    let mut response = json(status, &ProductJson::from(product));
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", product.revision)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// A reservation that was just acted on. What its buyer has to do is told to whoever reads it as its buyer.
pub(crate) fn reservation(status: StatusCode, reservation: &ReservationView) -> Response {
    json(status, &ReservationJson::of(reservation, Audience::Others))
}

/// An order.
pub(crate) fn order(status: StatusCode, order: &OrderView) -> Response {
    json(status, &OrderJson::from(order))
}

/// A refund.
pub(crate) fn refund(status: StatusCode, refund: &RefundView) -> Response {
    json(status, &RefundJson::from(refund))
}

/// An adjustment.
pub(crate) fn adjustment(status: StatusCode, adjustment: &Adjustment) -> Response {
    json(status, &AdjustmentJson::from(adjustment))
}

/// The product in an answer, and whether it is new.
pub(crate) fn expect_product(answer: Answer) -> Result<(Box<ProductView>, bool), Problem> {
    match answer {
        Answer::Product(product, created) => Ok((product, created)),
        other => Err(unexpected(&other)),
    }
}

/// The reservation in an answer.
pub(crate) fn expect_reservation(answer: Answer) -> Result<Box<ReservationView>, Problem> {
    match answer {
        Answer::Reservation(reservation) => Ok(reservation),
        other => Err(unexpected(&other)),
    }
}

/// The order in an answer.
pub(crate) fn expect_order(answer: Answer) -> Result<Box<OrderView>, Problem> {
    match answer {
        Answer::Order(order) => Ok(order),
        other => Err(unexpected(&other)),
    }
}

/// The refund in an answer.
pub(crate) fn expect_refund(answer: Answer) -> Result<Box<RefundView>, Problem> {
    match answer {
        Answer::Refund(refund) => Ok(refund),
        other => Err(unexpected(&other)),
    }
}

/// The adjustment in an answer.
pub(crate) fn expect_adjustment(answer: Answer) -> Result<Box<Adjustment>, Problem> {
    match answer {
        Answer::Adjustment(adjustment) => Ok(adjustment),
        other => Err(unexpected(&other)),
    }
}

fn unexpected(answer: &Answer) -> Problem {
    if *answer == Answer::Nothing {
        // What was done is remembered still, and the thing itself no longer kept.
        return Problem::not_found();
    }
    tracing::error!(?answer, "the sale gave an answer to another question");
    Problem::internal()
}
