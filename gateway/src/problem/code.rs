//! The codes of the contract, in order of precedence within a route.

use axum::http::StatusCode;

/// A stable machine-readable word for why a request was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// Too many requests, or too many remembered answers.
    RateLimited,
    /// Shed before any work was done.
    Overloaded,
    /// Malformed: the detail names the field and what it takes.
    InvalidRequest,
    /// The route takes an idempotency key, and there is none.
    IdempotencyKeyMissing,
    /// No or bad credentials.
    Unauthenticated,
    /// Good credentials, wrong role.
    Forbidden,
    /// No such thing, or somebody else's.
    NotFound,
    /// The same key came with another request before.
    IdempotencyKeyReused,
    /// The revision is not the one that the request asked for.
    PreconditionFailed,
    /// Before `opens_at`.
    SaleNotStarted,
    /// Paused by an operator, or frozen.
    SalePaused,
    /// After `closes_at`, or archived.
    SaleEnded,
    /// The buyer holds or has bought the limit.
    LimitReached,
    /// Fewer units than asked for are free.
    SoldOut,
    /// The state of the thing does not allow this.
    Conflict,
    /// An adjustment would cut below what is held and sold.
    StockCommitted,
    /// The hold ended before this call.
    ReservationExpired,
    /// The shard cannot be reached now; nothing happened.
    Unavailable,
    /// Sent, and no answer within the deadline; it may have happened.
    OutcomeUnknown,
    /// A fault of the server.
    InternalError,
    /// Of a payment, not of a request: the provider or the bank behind it said no.
    PaymentDeclined,
    /// Of a payment: it was not authorized in time.
    PaymentTimedOut,
    /// Of a payment: it was cancelled.
    PaymentCancelled,
    /// Of a payment: the money was held, and then could not be taken.
    CaptureFailed,
}

impl Code {
    /// Every code.
    pub const ALL: [Code; 24] = [
        Code::RateLimited,
        Code::Overloaded,
        Code::InvalidRequest,
        Code::IdempotencyKeyMissing,
        Code::Unauthenticated,
        Code::Forbidden,
        Code::NotFound,
        Code::IdempotencyKeyReused,
        Code::PreconditionFailed,
        Code::SaleNotStarted,
        Code::SalePaused,
        Code::SaleEnded,
        Code::LimitReached,
        Code::SoldOut,
        Code::Conflict,
        Code::StockCommitted,
        Code::ReservationExpired,
        Code::Unavailable,
        Code::OutcomeUnknown,
        Code::InternalError,
        Code::PaymentDeclined,
        Code::PaymentTimedOut,
        Code::PaymentCancelled,
        Code::CaptureFailed,
    ];

    /// The code as it is written.
    pub fn as_str(self) -> &'static str {
        // The page's path ends with the code, so that the two cannot drift apart.
        &self.page()["/problems/".len()..]
    }

    /// The path of the page that explains it.
    pub fn page(self) -> &'static str {
        match self {
            Code::RateLimited => "/problems/rate_limited",
            Code::Overloaded => "/problems/overloaded",
            Code::InvalidRequest => "/problems/invalid_request",
            Code::IdempotencyKeyMissing => "/problems/idempotency_key_missing",
            Code::Unauthenticated => "/problems/unauthenticated",
            Code::Forbidden => "/problems/forbidden",
            Code::NotFound => "/problems/not_found",
            Code::IdempotencyKeyReused => "/problems/idempotency_key_reused",
            Code::PreconditionFailed => "/problems/precondition_failed",
            Code::SaleNotStarted => "/problems/sale_not_started",
            Code::SalePaused => "/problems/sale_paused",
            Code::SaleEnded => "/problems/sale_ended",
            Code::LimitReached => "/problems/limit_reached",
            Code::SoldOut => "/problems/sold_out",
            Code::Conflict => "/problems/conflict",
            Code::StockCommitted => "/problems/stock_committed",
            Code::ReservationExpired => "/problems/reservation_expired",
            Code::Unavailable => "/problems/unavailable",
            Code::OutcomeUnknown => "/problems/outcome_unknown",
            Code::InternalError => "/problems/internal_error",
            Code::PaymentDeclined => "/problems/payment_declined",
            Code::PaymentTimedOut => "/problems/payment_timed_out",
            Code::PaymentCancelled => "/problems/payment_cancelled",
            Code::CaptureFailed => "/problems/capture_failed",
        }
    }

    /// The statuses that it comes with beside the usual one.
    pub fn other_statuses(self) -> &'static [StatusCode] {
        match self {
            Code::InvalidRequest => &[
                StatusCode::METHOD_NOT_ALLOWED,
                StatusCode::REQUEST_TIMEOUT,
                StatusCode::PAYLOAD_TOO_LARGE,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ],
            _ => &[],
        }
    }

    /// The status that it usually comes with.
    pub fn status(self) -> StatusCode {
        match self {
            Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Code::InvalidRequest | Code::IdempotencyKeyMissing => StatusCode::BAD_REQUEST,
            Code::Unauthenticated => StatusCode::UNAUTHORIZED,
            Code::Forbidden | Code::SaleNotStarted | Code::SalePaused | Code::LimitReached => {
                StatusCode::FORBIDDEN
            }
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::IdempotencyKeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Code::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Code::SaleEnded | Code::ReservationExpired => StatusCode::GONE,
            Code::SoldOut | Code::Conflict | Code::StockCommitted => StatusCode::CONFLICT,
            Code::Overloaded | Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Code::OutcomeUnknown => StatusCode::GATEWAY_TIMEOUT,
            Code::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
            Code::PaymentDeclined | Code::PaymentTimedOut | Code::PaymentCancelled | Code::CaptureFailed => {
                StatusCode::PAYMENT_REQUIRED
            }
        }
    }
}

impl std::str::FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Code, UnknownCode> {
        Code::ALL.into_iter().find(|code| code.as_str() == text).ok_or(UnknownCode)
    }
}

/// A text is not one of the codes.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such code")]
pub struct UnknownCode;
