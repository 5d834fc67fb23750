//! The provider's endpoints: what is limited, timed and counted apart.

use std::time::Duration;

use http::Method;

use crate::config::Timeouts;

/// One of the provider's endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// `POST /v1/payment_intents`
    CreateIntent,
    /// `POST /v1/payment_intents/{id}/confirm`
    ConfirmIntent,
    /// `POST /v1/payment_intents/{id}/capture`
    CaptureIntent,
    /// `POST /v1/payment_intents/{id}/cancel`
    CancelIntent,
    /// `GET /v1/payment_intents/{id}`
    GetIntent,
    /// `GET /v1/payment_intents`
    ListIntents,
    /// `POST /v1/refunds`
    CreateRefund,
    /// `GET /v1/refunds/{id}`
    GetRefund,
    /// `GET /v1/refunds`
    ListRefunds,
}

impl Endpoint {
    /// How many there are.
    pub const COUNT: usize = 9;

    /// All of them, in their order.
    pub const ALL: [Endpoint; Endpoint::COUNT] = [
        Endpoint::CreateIntent,
        Endpoint::ConfirmIntent,
        Endpoint::CaptureIntent,
        Endpoint::CancelIntent,
        Endpoint::GetIntent,
        Endpoint::ListIntents,
        Endpoint::CreateRefund,
        Endpoint::GetRefund,
        Endpoint::ListRefunds,
    ];

    /// What it is called in metrics and logs.
    pub fn name(self) -> &'static str {
        match self {
            Endpoint::CreateIntent => "create_intent",
            Endpoint::ConfirmIntent => "confirm_intent",
            Endpoint::CaptureIntent => "capture_intent",
            Endpoint::CancelIntent => "cancel_intent",
            Endpoint::GetIntent => "get_intent",
            Endpoint::ListIntents => "list_intents",
            Endpoint::CreateRefund => "create_refund",
            Endpoint::GetRefund => "get_refund",
            Endpoint::ListRefunds => "list_refunds",
        }
    }

    /// Its place in [`Endpoint::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }

    /// Whether it only reads.
    pub(super) fn is_read(self) -> bool {
        matches!(
            self,
            Endpoint::GetIntent | Endpoint::ListIntents | Endpoint::GetRefund | Endpoint::ListRefunds
        )
    }

    pub(super) fn method(self) -> Method {
        if self.is_read() { Method::GET } else { Method::POST }
    }

    pub(super) fn timeout(self, timeouts: &Timeouts) -> Duration {
        match self {
            Endpoint::CreateIntent => timeouts.create,
            Endpoint::ConfirmIntent => timeouts.confirm,
            Endpoint::CaptureIntent | Endpoint::CancelIntent | Endpoint::CreateRefund => timeouts.settle,
            _ => timeouts.read,
        }
    }

    /// How long an answer may be, in bytes. A page has up to a hundred objects.
    pub(super) fn answer_max(self) -> usize {
        if matches!(self, Endpoint::ListIntents | Endpoint::ListRefunds) { 4 << 20 } else { 256 << 10 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_has_its_place() {
        for (index, endpoint) in Endpoint::ALL.into_iter().enumerate() {
            assert_eq!(endpoint.index(), index);
        }
    }
}
