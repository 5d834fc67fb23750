//! What is asked of the cluster: requests, written out once, that can be sent again as they are.

use super::buyer::Visit;
use super::plan::Plan;
use super::wallet::Card;

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
}

const JSON: &str = "content-type: application/json\r\n";

impl Errands {
    /// Those of the demonstration's product.
    pub(super) fn new() -> Errands {
        Errands { attempts: format!("/v1/products/{}/reservations", Plan::PRODUCT) }
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

    /// A buyer pays a reservation with a card, for the `number`-th time.
    pub(super) fn pay(&self, visit: Visit, reservation: &str, number: u8, card: Card) -> Errand {
        let headers = format!("idempotency-key: pay-{}-{number}\r\n{JSON}", visit.key());
        let method = card.method();
        let body = format!("{{\"payment_method\":\"{method}\",\"return_url\":\"http://localhost/thanks\"}}");
        Errand::new("POST", &format!("/v1/reservations/{reservation}/payment"), visit, &headers, &body)
    }

    /// A buyer looks how a reservation is.
    pub(super) fn look(&self, visit: Visit, reservation: &str) -> Errand {
        Errand::new("GET", &format!("/v1/reservations/{reservation}"), visit, "", "")
    }
}
