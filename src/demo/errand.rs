//! What is asked of the cluster: requests, written out once, that can be sent again as they are.

use super::buyer::Visit;
use super::plan::Plan;
use crate::config::Secret;

/// A request of HTTP/1.1, as it goes over the line.
#[derive(Clone, Debug)]
pub(super) struct Errand(Vec<u8>);

impl Errand {
    /// Its bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// `headers` are whole lines.
    fn new(method: &str, path: &str, buyer: Visit, headers: &str, body: &str) -> Errand {
        let (id, length) = (buyer.id(), body.len());
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nbuyer-id: {id}\r\n{headers}content-length: {length}\r\n\r\n{body}"
        );
        Errand(request.into_bytes())
    }
}

/// Makes errands out of parts that do not change.
#[derive(Debug)]
pub(super) struct Errands {
    attempts: String,
    service: Secret,
}

const JSON: &str = "content-type: application/json\r\n";

impl Errands {
    /// `service`: the shop's token.
    pub(super) fn new(service: Secret) -> Errands {
        Errands { attempts: format!("/v1/products/{}/reservations", Plan::PRODUCT), service }
    }

    /// A buyer's attempt.
    pub(super) fn attempt(&self, visit: Visit) -> Errand {
        let headers = format!("idempotency-key: {}\r\n{JSON}", visit.key());
        Errand::new("POST", &self.attempts, visit, &headers, "{\"quantity\":1}")
    }

    /// A buyer gives a reservation back.
    pub(super) fn cancel(&self, visit: Visit, reservation: &str) -> Errand {
        Errand::new("DELETE", &format!("/v1/reservations/{reservation}"), visit, "", "")
    }

    /// The shop begins a payment.
    pub(super) fn checkout(&self, visit: Visit, reservation: &str) -> Errand {
        self.step(visit, reservation, "checkout", "", "")
    }

    /// The shop says that a payment failed.
    pub(super) fn release(&self, visit: Visit, reservation: &str) -> Errand {
        self.step(visit, reservation, "release", "", "")
    }

    /// The shop says that a payment succeeded.
    pub(super) fn confirm(&self, visit: Visit, reservation: &str) -> Errand {
        let (key, amount, currency) = (visit.key(), Plan::PRICE, Plan::CURRENCY);
        let body = format!(
            "{{\"payment_reference\":\"demo-{key}\",\"amount\":{amount},\"currency\":\"{currency}\"}}"
        );
        self.step(visit, reservation, "confirm", JSON, &body)
    }

    fn step(&self, visit: Visit, reservation: &str, step: &str, headers: &str, body: &str) -> Errand {
        let (token, key) = (self.service.expose(), visit.key());
        let headers = format!("authorization: Bearer {token}\r\nidempotency-key: {step}-{key}\r\n{headers}");
        Errand::new("POST", &format!("/v1/reservations/{reservation}/{step}"), visit, &headers, body)
    }
}
