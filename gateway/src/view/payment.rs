//! A reservation's payment in JSON.

use engine::view::{PaymentError, PaymentView, ReservationStatus, ReservationView};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Audience, Timestamp, Word};
use crate::problem::Code;

/// A try to pay.
#[derive(Serialize)]
pub(super) struct PaymentJson<'a> {
    status: &'static str,
    #[serde(rename = "try")]
    attempt: u8,
    pay_by: Timestamp,
    next_action: Option<Value>,
    error: Option<ErrorJson<'a>>,
}

/// Why it came to nothing.
#[derive(Serialize)]
struct ErrorJson<'a> {
    code: &'static str,
    decline_code: Option<&'a str>,
}

impl<'a> PaymentJson<'a> {
    /// The last try to pay a reservation, if there was one.
    pub(super) fn of(reservation: &'a ReservationView, audience: Audience) -> Option<PaymentJson<'a>> {
        match &reservation.payment {
            Some(payment) => Some(by_provider(payment, audience)),
            None => (reservation.status == ReservationStatus::Paying).then(|| outside(reservation)),
        }
    }
}

fn by_provider(payment: &PaymentView, audience: Audience) -> PaymentJson<'_> {
    PaymentJson {
        status: payment.status.word(),
        attempt: payment.attempt,
        pay_by: Timestamp(payment.pay_by),
        next_action: payment.next_action.as_deref().and_then(|action| next_action(action, audience)),
        error: payment.error.as_ref().map(error),
    }
}

/// What the buyer has to do. It came from the provider as JSON, and is handed on to the buyer as that; whoever has it can go
/// on with the payment, so others see of which kind it is.
fn next_action(action: &str, audience: Audience) -> Option<Value> {
    let action: Value = serde_json::from_str(action).ok()?;
    Some(match audience {
        Audience::Buyer => action,
        Audience::Others => json!({ "type": action.get("type") }),
    })
}

fn error(error: &PaymentError) -> ErrorJson<'_> {
    let (code, decline_code) = match error {
        PaymentError::Declined(decline) => (Code::PaymentDeclined, Some(&**decline)),
        PaymentError::TimedOut => (Code::PaymentTimedOut, None),
        PaymentError::Cancelled => (Code::PaymentCancelled, None),
        PaymentError::CaptureFailed(decline) => (Code::CaptureFailed, Some(&**decline)),
    };
    ErrorJson { code: code.as_str(), decline_code }
}

/// A payment that the shop takes: it knows more of it than we do.
fn outside(reservation: &ReservationView) -> PaymentJson<'_> {
    PaymentJson {
        status: "processing",
        attempt: 1,
        pay_by: Timestamp(reservation.pay_by.unwrap_or(reservation.expires_at)),
        next_action: None,
        error: None,
    }
}
