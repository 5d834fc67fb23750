//! Sending one delivery.

use reqwest::redirect::Policy;
use reqwest::{Client, Error};

use super::sign::header;
use crate::book::{AccountBook, Delivery};
use crate::clock::machine_ms;
use crate::options::Webhooks;
use crate::render::View;

/// A delivery that is ready to go.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) account: usize,
    pub(super) delivery: Delivery,
    url: String,
    body: String,
    signature: String,
}

/// The client that delivers. It follows nothing: an endpoint that redirects has not answered.
pub(crate) fn client(options: &Webhooks) -> Result<Client, Error> {
    Client::builder().timeout(options.timeout).redirect(Policy::none()).no_proxy().build()
}

impl Parcel {
    /// Packs a delivery; `None` if its endpoint is gone or wants nothing any more.
    pub(super) fn pack(
        account: usize,
        book: &AccountBook,
        base: &str,
        delivery: &Delivery,
        now: i64,
    ) -> Option<Parcel> {
        let event = book.events.get(&delivery.event)?;
        let endpoint =
            book.endpoints.get(&delivery.endpoint).filter(|endpoint| endpoint.wants(&event.kind))?;
        let version = endpoint.api_version.as_deref().unwrap_or(&event.api_version);
        let body = serde_json::to_string_pretty(&View { book, base }.event_in(version, event)).ok()?;
        // Receivers compare the signature's time with their own clock, which is not the simulator's virtual one.
        let signature = header(&endpoint.secrets(now), machine_ms().div_euclid(1_000), &body);
        Some(Parcel { account, delivery: delivery.clone(), url: endpoint.url.clone(), body, signature })
    }

    /// Sends it and says whether it was acknowledged.
    pub(super) async fn send(self, client: Client) -> (usize, Delivery, bool) {
        let sent = client
            .post(&self.url)
            .header("content-type", "application/json; charset=utf-8")
            .header("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
            .header("accept", "*/*; q=0.5, application/xml")
            .header("stripe-signature", self.signature)
            .body(self.body)
            .send()
            .await;
        let acknowledged = match sent {
            Ok(answer) => answer.status().is_success(),
            Err(error) => {
                tracing::debug!(event = %self.delivery.event, %error, "a webhook was not delivered");
                false
            }
        };
        (self.account, self.delivery, acknowledged)
    }
}
