//! How nodes know the bank.

use std::time::Duration;

use payment::config::{Account, Accounts, BaseUrl, Config, Rates, Secret, Timeouts};

/// How many accounts the shop has there.
const ACCOUNTS: u16 = 2;

/// The accounts, as the bank has them.
pub(super) fn accounts() -> Vec<simulator::Account> {
    (1..=ACCOUNTS).map(simulator::Account::numbered).collect()
}

/// The configuration of a node. With `short` patience calls are given up while they are worked on.
pub(super) fn config(base: &str, short: bool) -> Config {
    let seconds = Duration::from_secs;
    let timeouts = if short {
        Timeouts {
            connect: seconds(1),
            read: seconds(1),
            create: seconds(1),
            confirm: seconds(2),
            settle: seconds(2),
        }
    } else {
        Timeouts::default()
    };
    Config {
        base_url: BaseUrl::new(base, false).expect("an address on the loopback"),
        accounts: Accounts::new(accounts().into_iter().map(account).collect()).expect("they differ"),
        webhook_secrets: Vec::new(),
        timeouts,
        refund_recheck: seconds(24 * 60 * 60),
    }
}

fn account(theirs: simulator::Account) -> Account {
    Account {
        name: theirs.id.parse().expect("an account's name"),
        secret_key: Secret::new(&theirs.secret_key).expect("a secret"),
        publishable_key: theirs.publishable_key,
        rates: Rates::default(),
        retired: false,
    }
}
