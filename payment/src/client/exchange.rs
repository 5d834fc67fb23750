//! The client: one exchange with the provider at a time, and what came of it.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use tokio::time::timeout;

use super::answer;
use super::call::Call;
use super::connect;
use super::error::NoClient;
use super::transport::Transport;
use super::verdict::{Reason, Verdict};
use crate::config::{Accounts, BaseUrl, Config, Timeouts};

/// The version of the provider's API that requests and objects are of. Releases up to 2026-08-26.dahlia take the bodies of
/// [`Call`] as they are; from 2026-09-30.endive on, intents take no `payment_method_types`.
pub const API_VERSION: &str = "2025-09-30.clover";

const AGENT: &str = concat!("flashsale/", env!("CARGO_PKG_VERSION"));

/// Speaks to the provider. Never repeats anything by itself: that is the saga's, which knows what may be repeated.
#[derive(Clone, Debug)]
pub struct Client {
    transport: Arc<dyn Transport>,
    base: BaseUrl,
    accounts: Arc<Accounts>,
    timeouts: Timeouts,
}

impl Client {
    /// A client for the provider as configured.
    ///
    /// # Errors
    /// [`NoClient`] if the provider is to be known by its certificate, and this machine has no roots.
    pub fn new(config: &Config) -> Result<Client, NoClient> {
        let pool = connect::pool(&config.base_url, config.timeouts.connect)?;
        Ok(Client::over(Arc::new(pool), config))
    }

    /// A client for the provider as configured, whose requests go by `transport`.
    pub fn over(transport: Arc<dyn Transport>, config: &Config) -> Client {
        Client {
            transport,
            base: config.base_url.clone(),
            accounts: Arc::new(config.accounts.clone()),
            timeouts: config.timeouts,
        }
    }

    /// Makes a call and waits for the answer, as long as the timeout of its endpoint is.
    pub async fn send(&self, call: &Call) -> Verdict {
        let Some(request) = self.request(call) else { return Verdict::retry(Reason::NoAccount) };
        let exchange = self.transport.exchange(request, call.endpoint.answer_max());
        let exchange = timeout(call.endpoint.timeout(&self.timeouts), exchange);
        match exchange.await.unwrap_or(Err(Reason::TimedOut)) {
            Ok(answer) => answer::read(call.endpoint, answer.status(), answer.headers(), answer.body()),
            Err(reason) => Verdict::retry(reason),
        }
    }

    fn request(&self, call: &Call) -> Option<Request<Bytes>> {
        let account = self.accounts.get(&call.account)?;
        let bearer = format!("Bearer {}", account.secret_key.expose());
        let mut bearer = HeaderValue::from_str(&bearer).expect("a secret is of visible ASCII characters");
        bearer.set_sensitive(true);
        let mut request = Request::builder()
            .method(call.endpoint.method())
            .uri(format!("{}{}", self.base.as_str(), call.target()))
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, bearer)
            .header(USER_AGENT, AGENT)
            .header("stripe-version", API_VERSION);
        if let Some(key) = call.key() {
            request = request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header("idempotency-key", key);
        }
        let body = Bytes::copy_from_slice(call.body().as_bytes());
        Some(request.body(body).expect("what a request is made of is of visible ASCII characters"))
    }
}
