//! How a simulator is set up.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::account::Account;
use crate::clock::Time;
use crate::error::Error;
use crate::faults::Script;
use crate::limits::Rates;

/// The port that a simulator listens on where nothing else is said.
pub const PORT: u16 = 12_111;

/// How a simulator is set up. [`Options::new`] gives what the command line gives without flags.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The directory of its ledger; made if it is not there. Two simulators cannot share one.
    pub data: PathBuf,
    /// What ids and faults derive from. A script's own seed overrides it for the faults.
    pub seed: u64,
    /// The faults.
    pub faults: Script,
    /// The clock.
    pub clock: Time,
    /// The rate limits.
    pub rates: Rates,
    /// The accounts: at least one. Those in the ledger must be among them.
    pub accounts: Vec<Account>,
    /// How webhooks are delivered.
    pub webhooks: Webhooks,
}

/// How webhooks are delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Webhooks {
    /// How long after the first failure it is tried again. Every further wait is twice as long. On the simulator's
    /// clock.
    pub first_retry: Duration,
    /// How long after the event the last try may be. On the simulator's clock.
    pub give_up_after: Duration,
    /// How long an endpoint may take to answer. In real time.
    pub timeout: Duration,
}

impl Default for Webhooks {
    /// The first retry after ten seconds, the last after three days, as at the provider; ten seconds to answer.
    fn default() -> Webhooks {
        Webhooks {
            first_retry: Duration::from_secs(10),
            give_up_after: Duration::from_secs(3 * 24 * 60 * 60),
            timeout: Duration::from_secs(10),
        }
    }
}

impl Options {
    /// Four accounts on [`PORT`] of the loopback, real time, the provider's rate limits, no faults.
    pub fn new(data: impl Into<PathBuf>) -> Options {
        Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)),
            data: data.into(),
            seed: 1,
            faults: Script::default(),
            clock: Time::Real,
            rates: Rates::default(),
            accounts: (1..=4).map(Account::numbered).collect(),
            webhooks: Webhooks::default(),
        }
    }

    /// Whether they make sense.
    ///
    /// # Errors
    /// If there is no account, or two share an id or a key.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let wrong = |what: String| Err(Error::Options(what));
        if self.accounts.is_empty() {
            return wrong("there has to be an account".into());
        }
        let mut names: Vec<&str> = self
            .accounts
            .iter()
            .flat_map(|account| [&account.id, &account.secret_key, &account.publishable_key])
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair.first() == pair.last()) || names.contains(&"") {
            return wrong("every account has an id, a secret key and a publishable key of its own".into());
        }
        Ok(())
    }
}
