//! Refusals of the engine, as problems.

use engine::view::ReservationStatus;
use engine::{Field, LogTime, PaymentMode, ProductStatus, Refusal, ReservationId, Status, limits};

use super::{Code, Member, Problem};
use crate::port::Unsettled;
use crate::time;
use crate::view::{Timestamp, Word};

/// Remembered answers are forgotten one by one, so a slot is free again at a time that nobody can name.
const TOO_MANY_KEYS_RETRY_AFTER_SECS: u64 = 60;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        match refusal {
            Refusal::NotReady | Refusal::TooLate => Unsettled::Unavailable.into(),
            Refusal::TooManyKeys => too_many_keys(),
            Refusal::Invalid(field) => invalid(field),
            Refusal::NotFound => Problem::not_found(),
            Refusal::KeyReused => Problem::new(
                Code::IdempotencyKeyReused,
                "this Idempotency-Key came with another request to this path before",
            ),
            Refusal::RevisionMismatch { revision } => revision_mismatch(revision),
            Refusal::SaleNotStarted { opens_at } => sale_not_started(opens_at, time::now()),
            Refusal::SalePaused => Problem::new(
                Code::SalePaused,
                "an operator paused the product, or it is frozen, since its books do not add up",
            ),
            Refusal::SaleEnded => Problem::new(Code::SaleEnded, "the sale of this product has ended"),
            Refusal::LimitReached { limit, in_group, live } => limit_reached(limit, in_group, live),
            Refusal::SoldOut { available, may_return } => sold_out(available, may_return),
            Refusal::Conflict(status) => conflict(status),
            Refusal::StockCommitted { held, sold } => stock_committed(held, sold),
            Refusal::ReservationExpired => {
                Problem::new(Code::ReservationExpired, "the hold ended before this call")
            }
        }
    }
}

/// The revision asked for is not the one there is; 0 is none at all.
pub(crate) fn revision_mismatch(revision: u64) -> Problem {
    let detail = match revision {
        0 => "there is no such product yet".to_owned(),
        _ => format!("the product's revision is {revision}"),
    };
    Problem::new(Code::PreconditionFailed, detail).with(Member::Revision(revision))
}

fn too_many_keys() -> Problem {
    Problem::new(
        Code::RateLimited,
        format!("as many answers are remembered for this caller as can be: {} for a buyer, {} for all operators together",
            limits::KEYS_PER_BUYER,
            limits::KEYS_PER_SHARD_OF_OPERATORS),
    )
    .retry_after(TOO_MANY_KEYS_RETRY_AFTER_SECS)
}

fn sale_not_started(opens_at: LogTime, now: LogTime) -> Problem {
    let seconds = opens_at.since(now).0.div_ceil(1_000).max(1);
    Problem::new(Code::SaleNotStarted, format!("the sale opens at {}", Timestamp(opens_at)))
        .with(Member::OpensAt(opens_at))
        .retry_after(seconds)
}

fn limit_reached(limit: u32, in_group: bool, reservations: Vec<ReservationId>) -> Problem {
    let of = if in_group { "this group of products" } else { "this product" };
    Problem::new(
        Code::LimitReached,
        format!("one buyer can hold and buy {limit} of {of}, and this would be more"),
    )
    .with(Member::Limit { limit, in_group, reservations })
}

fn sold_out(available: u64, may_return: bool) -> Problem {
    let detail = match (available, may_return) {
        (0, false) => "no units are free, and none are held",
        (0, true) => "no units are free now; some are held and may come back",
        _ => "fewer units are free than were asked for",
    };
    Problem::new(Code::SoldOut, detail).with(Member::Units { available, may_return })
}

fn conflict(status: Status) -> Problem {
    let (what, word) = match status {
        Status::Product(status) => ("product", status.word()),
        Status::Reservation(status) => ("reservation", status.word()),
        Status::Order(status) => ("order", status.word()),
        Status::TriesUsedUp => return tries_used_up(),
        Status::PaidOtherwise(status, payment) => return paid_otherwise(status, payment),
        // Between lanes there is no caller; should one ever see it, it is told the truth.
        Status::OtherTransfer { newest } => {
            let detail = format!("between the two lanes the newest transfer of units is number {newest}");
            return Problem::new(Code::Conflict, detail);
        }
    };
    Problem::new(Code::Conflict, format!("the {what} is `{word}`, and that does not allow this"))
        .with(Member::CurrentStatus(word))
}

fn paid_otherwise(status: ProductStatus, payment: PaymentMode) -> Problem {
    let detail = format!(
        "the product's `payment` is `{}`, and this is for products that are paid otherwise",
        payment.word()
    );
    Problem::new(Code::Conflict, detail).with(Member::CurrentStatus(status.word()))
}

fn tries_used_up() -> Problem {
    let detail =
        format!("{} payments of this reservation were tried, and that is the most", limits::TRIES_MAX);
    Problem::new(Code::Conflict, detail).with(Member::CurrentStatus(ReservationStatus::Held.word()))
}

fn stock_committed(held: u64, sold: u64) -> Problem {
    Problem::new(
        Code::StockCommitted,
        format!("units held: {held}, sold: {sold}; the stock cannot go below that"),
    )
    .with(Member::Committed { held, sold })
}

fn invalid(field: Field) -> Problem {
    match field {
        Field::Quantity => Problem::field("quantity", "an integer from 1 to 1000000"),
        Field::Stock => Problem::field("stock", "an integer from 0 to 1000000000"),
        Field::Price => Problem::field("price.amount", "an integer from 0 to 5000000000"),
        Field::MaxPerBuyer => Problem::field("max_per_buyer", "an integer of at least 1"),
        Field::MaxPerBuyerInGroup => {
            Problem::field("max_per_buyer_in_group", "null or an integer of at least 1")
        }
        Field::HoldSeconds => Problem::field("hold_seconds", "an integer from 1 to 86400"),
        Field::ClosesAt => Problem::field("closes_at", "null or a time after `opens_at`"),
        Field::Lanes => Problem::field("lanes", "1 in this version"),
        Field::Delta => {
            Problem::field("delta", "an integer other than 0 that keeps the stock at most 1000000000")
        }
        Field::Amount { takes } => Problem::field("amount", &format!("{takes} here")),
        Field::Currency => Problem::field("currency", "the currency of the reservation"),
        Field::Restock => {
            Problem::field("restock", "true only with the refund that completes the order's amount, and once")
        }
        Field::Consumers => Problem::field("consumer", "one of at most 16"),
        Field::Sequence => Problem::field("sequence", "that of an event that there was"),
        Field::Rules => Problem::field("rules", "a version that every replica supports"),
        Field::PaymentMethod => Problem::field(
            "payment_method",
            "what the payment provider calls a card: this product is paid by it",
        ),
        Field::Products => Problem::invalid(format!(
            "this product's shard has {} products, and that is the most",
            limits::PRODUCTS_PER_SHARD
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_until_opening_are_rounded_up() {
        let seconds = |opens_at, now| {
            let problem = sale_not_started(LogTime(opens_at), LogTime(now));
            let response = axum::response::IntoResponse::into_response(problem);
            response.headers()["retry-after"].to_str().map(str::to_owned).ok()
        };
        assert_eq!(seconds(2_001, 1_000).as_deref(), Some("2"));
        assert_eq!(seconds(2_000, 1_000).as_deref(), Some("1"));
        assert_eq!(seconds(1_000, 5_000).as_deref(), Some("1"));
    }
}
