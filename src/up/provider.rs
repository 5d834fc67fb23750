//! The payment provider of a local cluster: a simulator in this process, and what the nodes must know of it.

use std::fmt::Write;

use simulator::{Account, Options, Rates, Running, Script, Simulator};

use super::{Directory, Error, Ports};

/// How many accounts the nodes pay at.
pub(super) const ACCOUNTS: u16 = 4;

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
            let node = u64::from((number - 1) % 3 + 1);
            let url = format!("http://{}/v1/webhooks/stripe", ports.http(node));
            let secret = running.subscribe(account, url).expect("the account is its own");
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

#[cfg(test)]
mod tests {
    /// The simulator shares no code with the client, so nothing else keeps the two at one version. Where they are not, events
    /// are told in another version than the objects that are read after them.
    #[test]
    fn the_client_s_version_of_the_api_is_that_of_the_simulator_s_accounts() {
        assert_eq!(payment::client::API_VERSION, simulator::API_VERSION);
    }
}
