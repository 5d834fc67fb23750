//! What the pages under `/problems/` say.

use super::code::Code;

/// A code explained to people.
#[derive(Clone, Copy, Debug)]
pub struct Explanation {
    /// The code in a few words; also the `title` of the problem.
    pub title: &'static str,
    /// When it is given.
    pub when: &'static str,
    /// What a client does about it.
    pub advice: &'static str,
}

const fn explain(title: &'static str, when: &'static str, advice: &'static str) -> Explanation {
    Explanation { title, when, advice }
}

impl Code {
    /// The code in a few words.
    pub fn title(self) -> &'static str {
        self.explanation().title
    }

    /// The code explained.
    pub fn explanation(self) -> Explanation {
        match self {
            Code::RateLimited
            | Code::Overloaded
            | Code::InvalidRequest
            | Code::IdempotencyKeyMissing
            | Code::Unauthenticated
            | Code::Forbidden
            | Code::NotFound
            | Code::IdempotencyKeyReused
            | Code::PreconditionFailed => of_the_request(self),
            Code::SaleNotStarted
            | Code::SalePaused
            | Code::SaleEnded
            | Code::LimitReached
            | Code::SoldOut
            | Code::Conflict
            | Code::StockCommitted
            | Code::ReservationExpired => of_the_sale(self),
            Code::Unavailable | Code::OutcomeUnknown | Code::InternalError => of_the_server(self),
            Code::PaymentDeclined | Code::PaymentTimedOut | Code::PaymentCancelled | Code::CaptureFailed => {
                of_a_payment(self)
            }
        }
    }
}

fn of_the_request(code: Code) -> Explanation {
    match code {
        Code::RateLimited => explain(
            "Too many requests",
            "More requests, or more requests with a remembered answer, came from this caller than are allowed.",
            "Wait for as long as Retry-After says, then send the same request with the same key.",
        ),
        Code::Overloaded => explain(
            "Overloaded",
            "The server shed the request before it did any work. Nothing happened.",
            "Wait for as long as Retry-After says, with some jitter, then send it again with the same key.",
        ),
        Code::IdempotencyKeyMissing => explain(
            "The Idempotency-Key header is missing",
            "The route changes something and takes an Idempotency-Key, and the request has none.",
            "Send an Idempotency-Key of 1 to 255 visible characters, new for each intention and the same for each \
             retry of it. A UUID is a good one.",
        ),
        Code::Unauthenticated => explain(
            "Not authenticated",
            "The request has no credentials, or ones that are not known.",
            "Send a token as Authorization: Bearer TOKEN, and where you act for a buyer the header Buyer-Id.",
        ),
        Code::Forbidden => explain(
            "Not allowed",
            "The credentials are good, but their role does not allow this.",
            "Use a token of the role that the route takes: viewer reads, service acts for buyers, admin does all.",
        ),
        Code::NotFound => explain(
            "Not found",
            "There is no such thing, or it is somebody else's.",
            "Check the path and the id. Final reservations are kept for 24 hours, orders for good.",
        ),
        Code::IdempotencyKeyReused => explain(
            "The key was used for another request",
            "The same caller sent another body to the same path with this key within the last 24 hours.",
            "Use a new key for a new request, and the same key only to repeat the same one.",
        ),
        Code::PreconditionFailed => explain(
            "It has changed since you looked",
            "The If-Match or If-None-Match header asks for another revision than there is. Nothing was changed.",
            "Read the product again, and repeat the change with the ETag that you then get.",
        ),
        _ => explain(
            "The request is malformed",
            "The path, a header, the query or the body is not of the form that the route takes. The detail names \
             the field and what it takes. It comes with 405 for a method that the path does not have, 408 for a body \
             that did not arrive, 413 for one that is too long and 415 for one that is not JSON.",
            "Correct the request. Sending the same one again gives the same answer.",
        ),
    }
}

fn of_the_sale(code: Code) -> Explanation {
    match code {
        Code::SaleNotStarted => explain(
            "The sale has not started",
            "The product opens at opens_at, which is still ahead.",
            "Try again at opens_at; Retry-After says how many seconds that is.",
        ),
        Code::SalePaused => explain(
            "The sale is paused",
            "An operator paused the product, or the server froze it because its books did not add up.",
            "Try again later. Holds that were made before go on.",
        ),
        Code::SaleEnded => explain(
            "The sale has ended",
            "The product's closes_at has passed, or it was archived.",
            "There is nothing to wait for.",
        ),
        Code::LimitReached => explain(
            "The limit per buyer is reached",
            "The buyer holds or has bought as many units as one buyer may; limit says how many, and reservations \
             names those that are live.",
            "Go on with one of the reservations named, or cancel it first.",
        ),
        Code::SoldOut => explain(
            "Sold out",
            "Fewer units than asked for are free now; available says how many. may_return is true while units are \
             held that can come back.",
            "Ask for fewer, or try again later if may_return is true.",
        ),
        Code::StockCommitted => explain(
            "The units are held or sold",
            "The adjustment would cut the stock below what is held and sold.",
            "Take away fewer units, or wait until holds have ended.",
        ),
        Code::ReservationExpired => explain(
            "The reservation has expired",
            "The hold ended before this call.",
            "Reserve again. If a payment was taken outside, refund it.",
        ),
        _ => explain(
            "The state does not allow this",
            "The thing is in a state, named by current_status, in which this cannot be done: cancelling what is \
             paid, or paying what is being paid.",
            "Read the thing, and decide anew.",
        ),
    }
}

fn of_the_server(code: Code) -> Explanation {
    match code {
        Code::Unavailable => explain(
            "Not available now",
            "The product's shard cannot be reached now, or the node is draining. Nothing happened.",
            "Wait for as long as Retry-After says, then send it again with the same key, to any node.",
        ),
        Code::OutcomeUnknown => explain(
            "The outcome is unknown",
            "The request was sent to the product's shard, and no answer came within the deadline. It may have \
             happened.",
            "Send it again with the same key, to any node: the answer then is the first one's.",
        ),
        _ => explain(
            "A fault of the server",
            "The server met a fault of its own.",
            "Send it again with the same key. If it happens again, tell the operator the time of the request.",
        ),
    }
}

/// Payments go on after the answer, so these stand in a reservation's `payment.error`, and no request is answered so.
fn of_a_payment(code: Code) -> Explanation {
    match code {
        Code::PaymentDeclined => explain(
            "The payment was declined",
            "The payment provider, or the bank behind it, said no; decline_code says why.",
            "While the reservation is held, pay it with another card: a new call with a new key, three tries in all.",
        ),
        Code::PaymentTimedOut => explain(
            "The payment was not authorized in time",
            "No authorization came by pay_by. The try is being undone, or is undone; nothing is charged.",
            "While the reservation is held, pay it again with a new key.",
        ),
        Code::CaptureFailed => explain(
            "The money could not be taken",
            "The card was authorized and the order made, and then the provider refused the capture. The order is \
             cancelled, and nothing is charged.",
            "Buy again, with another card.",
        ),
        _ => explain(
            "The payment was cancelled",
            "The payment was cancelled at the provider. Nothing is charged.",
            "While the reservation is held, pay it again with a new key.",
        ),
    }
}
