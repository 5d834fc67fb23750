//! One buyer and one shop over HTTP, and all that a refusal must not change.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::cluster::{ADMIN, Answer, Cluster, Errand, until_some};
use crate::sale::PRODUCT;

/// How long a payment may take that nothing is in the way of.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// What can be asked of a cluster, by whom.
#[derive(Clone, Copy)]
pub(crate) struct Shop<'c> {
    pub(crate) cluster: &'c Cluster,
}

impl Shop<'_> {
    /// Asks the cluster, at whichever node, until the answer is definite.
    pub(crate) async fn ask(&self, errand: &Errand) -> Answer {
        self.cluster.api.settle(1, errand).await.answer.expect("a definite answer")
    }

    /// A buyer holds a unit of a product. Gives the reservation's id.
    pub(crate) async fn holds(&self, buyer: &str, product: &str) -> String {
        let path = format!("/v1/products/{product}/reservations");
        let errand = Errand::new(Method::POST, path).by(buyer).key(format!("hold-{product}"));
        let held = self.ask(&errand.body(json!({ "quantity": 1 }))).await;
        assert_eq!((held.status, held.text("status")), (201, "held"), "{held:?}");
        held.text("id").to_owned()
    }

    /// A buyer pays a reservation with a card.
    pub(crate) async fn pays(&self, buyer: &str, reservation: &str, key: &str, card: &str) -> Answer {
        self.ask(&payment(buyer, reservation, key, card)).await
    }

    /// A reservation as its buyer sees it.
    pub(crate) async fn seen(&self, buyer: &str, reservation: &str) -> Value {
        let errand = Errand::new(Method::GET, format!("/v1/reservations/{reservation}")).by(buyer);
        self.ask(&errand).await.body
    }

    /// Waits until a reservation is so.
    pub(crate) async fn becomes(
        &self,
        buyer: &str,
        reservation: &str,
        is_so: impl Fn(&Value) -> bool,
    ) -> Value {
        until_some(&format!("{reservation} of {buyer} goes on"), SOON, || async {
            let seen = self.seen(buyer, reservation).await;
            is_so(&seen).then_some(seen)
        })
        .await
    }

    /// Reservation, stock and orders as the shards have them: what a refusal leaves as it is.
    pub(crate) async fn state(&self, buyer: &str, reservation: &str) -> Value {
        let read = |path: String| Errand::new(Method::GET, path).token(ADMIN);
        let product = self.ask(&read(format!("/v1/products/{PRODUCT}"))).await.body;
        let audit = self.cluster.api.audit(1).await.expect("it answers");
        json!([self.seen(buyer, reservation).await, product, audit["payments"]])
    }
}

/// A buyer's payment, to be sent as often as it takes.
pub(crate) fn payment(buyer: &str, reservation: &str, key: &str, card: &str) -> Errand {
    let path = format!("/v1/reservations/{reservation}/payment");
    Errand::new(Method::POST, path).by(buyer).key(key).body(json!({ "payment_method": card }))
}

/// Asserts that something was refused with this status and code.
#[track_caller]
pub(crate) fn assert_refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.text("code")), (status, code), "{answer:?}");
}
