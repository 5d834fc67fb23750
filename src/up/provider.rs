//! The payment provider of a local cluster: a simulator in this process, and what the nodes must know of it.

use std::fmt::Write;

use serde::Deserialize;
use simulator::{Account, Options, Rates, Running, Script, Simulator};

use super::{Directory, Error, Ports};

/// How many accounts the nodes pay at.
pub(super) const ACCOUNTS: u16 = 4;

/// How often it is tried to subscribe to an account's events: a provider may be told to misbehave.
const TRIES_MAX: u32 = 20;

/// On which terms the provider serves.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// What goes wrong.
    pub(crate) faults: Script,
    /// How many requests a second an account takes.
    pub(crate) per_second: u32,
    /// How many of them at one endpoint.
    pub(crate) per_endpoint: u32,
}

impl Default for Terms {
    /// Nothing goes wrong, at the real provider's rates.
    fn default() -> Terms {
        Terms { faults: Script::default(), per_second: 100, per_endpoint: 25 }
    }
}

/// The provider, and what its events are signed with. Dropped, it ends.
pub(crate) struct Provider {
    running: Running,
}

/// An endpoint for events, as the provider's API shows it.
#[derive(Debug, Deserialize)]
struct Endpoint {
    id: String,
    secret: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Endpoints {
    data: Vec<Endpoint>,
}

impl Provider {
    /// Starts the provider, whose ledger is in the directory, and has it tell the nodes of its events.
    pub(crate) async fn start(directory: &Directory, ports: Ports, terms: &Terms) -> Result<Provider, Error> {
        let options = Options {
            listen: ports.provider(),
            faults: terms.faults.clone(),
            rates: Rates { account: Some(terms.per_second), endpoint: Some(terms.per_endpoint) },
            accounts: (1..=ACCOUNTS).map(Account::numbered).collect(),
            ..Options::new(directory.file("provider"))
        };
        let running = Simulator::start(options).await.map_err(|source| Error::Provider { source })?;
        for (number, account) in (1..).zip(running.accounts()) {
            let secret = subscribe_patiently(running.url(), account, ports, number).await;
            let secret = secret.map_err(|source| Error::Subscribe { source })?;
            directory.write(&secret_file(number), &format!("{secret}\n"))?;
        }
        Ok(Provider { running })
    }

    /// The section of the configuration that tells nodes of it.
    pub(super) fn section(ports: Ports, terms: &Terms) -> String {
        let mut text = format!("\n[payment]\nbase_url = \"http://{}\"\n", ports.provider());
        for number in 1..=ACCOUNTS {
            let account = Account::numbered(number);
            let (secret, public, file) = (account.secret_key, account.publishable_key, secret_file(number));
            write!(
                text,
                "\n[[payment.account]]\nname = \"account-{number}\"\nsecret_key = \"{secret}\"\n\
                 publishable_key = \"{public}\"\nwebhook_secrets = [\"file:{file}\"]\n\
                 requests_per_second = {}\nrequests_per_second_per_endpoint = {}\n",
                terms.per_second, terms.per_endpoint
            )
            .expect("a string takes all that is written to it");
        }
        text
    }

    /// The provider itself.
    pub(crate) fn simulator(&self) -> &Running {
        &self.running
    }

    /// Ends it. What it answered is in its ledger.
    pub(super) async fn stop(self) {
        self.running.shutdown().await;
    }
}

/// Where the secret that an account's events are signed with is kept.
pub(super) fn secret_file(account: u16) -> String {
    format!("webhook-{account}.secret")
}

/// The same as often as it takes with a provider that misbehaves, within reason.
async fn subscribe_patiently(
    url: &str,
    account: &Account,
    ports: Ports,
    number: u16,
) -> Result<String, reqwest::Error> {
    let mut failed = None;
    for _ in 0..TRIES_MAX {
        match subscribe(url, account, ports, number).await {
            Ok(secret) => return Ok(secret),
            Err(error) => failed = Some(error),
        }
    }
    Err(failed.expect("a try that did not succeed failed"))
}

/// Has an account's events told to one of the nodes, and to nobody that was told before. Gives the secret that they are
/// signed with.
async fn subscribe(
    url: &str,
    account: &Account,
    ports: Ports,
    number: u16,
) -> Result<String, reqwest::Error> {
    let client = reqwest::Client::new();
    let (endpoints, key) = (format!("{url}/v1/webhook_endpoints"), &account.secret_key);
    let list = client.get(format!("{endpoints}?limit=100")).bearer_auth(key).send().await?;
    for old in list.error_for_status()?.json::<Endpoints>().await?.data {
        client.delete(format!("{endpoints}/{}", old.id)).bearer_auth(key).send().await?.error_for_status()?;
    }
    let node = u64::from((number - 1) % 3 + 1);
    let told = format!("http://{}/v1/webhooks/stripe", ports.http(node));
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("url", &told)
        .append_pair("enabled_events[0]", "*")
        .finish();
    let made = client
        .post(&endpoints)
        .bearer_auth(key)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await?;
    let made: Endpoint = made.error_for_status()?.json().await?;
    Ok(made.secret.unwrap_or_default())
}
