//! The bank by its own API, past the cluster: as a buyer's browser calls it, and as the shop's people do in its dashboard.

use reqwest::redirect::Policy;
use serde_json::Value;

use super::intent::Intent;
use super::local::Cluster;

/// The bank's API, with whichever key.
#[derive(Clone, Debug)]
pub(crate) struct Dashboard {
    url: String,
    http: reqwest::Client,
}

/// What the bank answered.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Said {
    /// A text in the body, by its path.
    #[track_caller]
    pub(crate) fn at(&self, pointer: &str) -> &str {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("no text at {pointer} in {self:?}"))
    }

    /// The same, of which it is certain that it was done.
    #[track_caller]
    pub(crate) fn done(self) -> Said {
        assert_eq!(self.status, 200, "{self:?}");
        self
    }
}

impl Dashboard {
    /// The bank of a cluster.
    pub(crate) fn of(cluster: &Cluster) -> Dashboard {
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build();
        Dashboard { url: format!("http://{}", cluster.ports.bank()), http: http.expect("a client") }
    }

    /// Reads something with a key.
    pub(crate) async fn get(&self, key: &str, path: &str) -> Said {
        self.send(self.http.get(self.address(path)).bearer_auth(key)).await
    }

    /// Does something with a key. A page that a browser would open takes any.
    pub(crate) async fn post(&self, key: &str, path: &str, form: &str) -> Said {
        let request = self.http.post(self.address(path)).bearer_auth(key);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        self.send(request.body(form.to_owned())).await
    }

    /// Confirms an intent with another card and captures it, as the shop's people could by hand.
    pub(crate) async fn take(&self, intent: &Intent, card: &str) {
        let number: u16 = intent.account.trim_start_matches("acct_1flashsale").parse().expect("a number");
        let key = simulator::Account::numbered(number).secret_key;
        let path = |verb: &str| format!("/v1/payment_intents/{}/{verb}", intent.id);
        let form = format!("payment_method={card}&return_url=https%3A%2F%2Fshop.example");
        self.post(&key, &path("confirm"), &form).await.done();
        self.post(&key, &path("capture"), "").await.done();
    }

    fn address(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url) }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Said {
        let response = request.send().await.expect("the bank is open");
        let status = response.status().as_u16();
        let body = response.bytes().await.expect("a whole answer");
        Said { status, body: serde_json::from_slice(&body).unwrap_or(Value::Null) }
    }
}
