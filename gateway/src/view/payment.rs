//! A reservation's payment in JSON.

use engine::view::{PaymentError, PaymentView, ReservationStatus, ReservationView};
use serde::Serialize;
use serde_json::Value;

use super::{Timestamp, Word};
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
    pub(super) fn of(reservation: &'a ReservationView) -> Option<PaymentJson<'a>> {
        match &reservation.payment {
            Some(payment) => Some(by_provider(payment)),
            None => (reservation.status == ReservationStatus::Paying).then(|| outside(reservation)),
        }
    }
}

fn by_provider(payment: &PaymentView) -> PaymentJson<'_> {
    PaymentJson {
        status: payment.status.word(),
        attempt: payment.attempt,
        pay_by: Timestamp(payment.pay_by),
        // It came from the provider as JSON, and is handed on as that.
        next_action: payment.next_action.as_deref().and_then(|action| serde_json::from_str(action).ok()),
        error: payment.error.as_ref().map(error),
    }
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
