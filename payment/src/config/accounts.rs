//! The shop's accounts at the provider, and which of them a buyer pays at.

use std::collections::BTreeMap;

use engine::BuyerId;
use engine::vocabulary::text::AccountName;
use sha2::{Digest, Sha256};

use super::Secret;

/// The most accounts: more would not sell faster than a cluster does.
const COUNT_MAX: usize = 64;

/// How many requests a second one node asks of an account at most. Nodes do not share it: only those that lead a sale ask,
/// and where several do at once the provider sees their sum, and its complaints slow each of them down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// In all.
    pub account: f64,
    /// At each endpoint.
    pub endpoint: f64,
}

impl Default for Rates {
    /// Stripe's own, for live keys.
    fn default() -> Rates {
        Rates { account: 100.0, endpoint: 25.0 }
    }
}

/// One of the shop's accounts at the provider.
#[derive(Clone, Debug)]
pub struct Account {
    /// What the configuration calls it. Reservations keep this name, so it outlives a rotation of the keys.
    pub name: AccountName,
    /// The key that requests are made with.
    pub secret_key: Secret,
    /// The key that buyers' cards are tokenised with; public.
    pub publishable_key: String,
    /// How many requests a second it takes.
    pub rates: Rates,
    /// It gets no new buyers; what was begun there goes on.
    pub retired: bool,
}

/// The accounts cannot be so.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadAccounts {
    /// There is none that takes buyers.
    #[error("no payment account takes buyers: name at least one that is not retired")]
    None,
    /// There are too many.
    #[error("there are {0} payment accounts, and at most 64 are taken")]
    TooMany(usize),
    /// Two have one name.
    #[error("two payment accounts are called {0}: names are unique")]
    Twice(AccountName),
    /// A rate is no number of requests a second.
    #[error("the rates of the payment account {0} are numbers of requests a second above 0.01")]
    Rates(AccountName),
}

/// All accounts.
#[derive(Clone, Debug)]
pub struct Accounts(BTreeMap<AccountName, Account>);

impl Accounts {
    /// Puts accounts together.
    ///
    /// # Errors
    /// [`BadAccounts`] if none takes buyers, there are too many, names are not unique, or a rate is none.
    pub fn new(accounts: Vec<Account>) -> Result<Accounts, BadAccounts> {
        if accounts.len() > COUNT_MAX {
            return Err(BadAccounts::TooMany(accounts.len()));
        }
        let mut named = BTreeMap::new();
        for account in accounts {
            let rates = [account.rates.account, account.rates.endpoint];
            if !rates.iter().all(|rate| (0.01..=100_000.0).contains(rate)) {
                return Err(BadAccounts::Rates(account.name));
            }
            if let Some(twin) = named.insert(account.name.clone(), account) {
                return Err(BadAccounts::Twice(twin.name));
            }
        }
        if named.values().all(|account| account.retired) {
            return Err(BadAccounts::None);
        }
        Ok(Accounts(named))
    }

    /// The account of this name.
    pub fn get(&self, name: &str) -> Option<&Account> {
        self.0.get(name)
    }

    /// All, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Account> {
        self.0.values()
    }

    /// The account that a buyer pays at: known before the sale, because the card is tokenised for it.
    ///
    /// Rendezvous hashing (Thaler and Ravishankar, 1998): each account is weighed by a hash of its name and the buyer,
    /// and the heaviest wins. An account more takes its share of the buyers from all others, and moves nobody between
    /// them; one that retires leaves only its own to be spread. The hash is the first 8 bytes of the SHA-256 of the
    /// name, a zero byte (which no name has) and the buyer, so it is the same on every node and in every release.
    /// Cost: one hash for each account.
    pub fn of_buyer(&self, buyer: &BuyerId) -> &Account {
        self.0
            .values()
            .filter(|account| !account.retired)
            .max_by_key(|account| weight(&account.name, buyer))
            .expect("at least one account takes buyers, as was checked when they were put together")
    }
}

fn weight(account: &AccountName, buyer: &BuyerId) -> u64 {
    let digest =
        Sha256::new().chain_update(account.as_bytes()).chain_update([0]).chain_update(buyer.as_bytes());
    let digest = digest.finalize();
    digest.iter().take(8).fold(0, |weight, &byte| (weight << 8) | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str) -> Account {
        Account {
            name: AccountName::new(name).expect("a name"),
            secret_key: Secret::new("sk_test_1").expect("a secret"),
            publishable_key: "pk_test_1".to_owned(),
            rates: Rates::default(),
            retired: false,
        }
    }

    fn accounts(names: &[&str]) -> Accounts {
        Accounts::new(names.iter().map(|name| account(name)).collect()).expect("good accounts")
    }

    fn buyers() -> impl Iterator<Item = BuyerId> {
        (0..5_000).map(|n| BuyerId::new(&format!("buyer-{n}")).expect("an id"))
    }

    #[test]
    fn buyers_spread_evenly() {
        let accounts = accounts(&["a", "b", "c", "d", "e"]);
        let mut counts = BTreeMap::new();
        buyers().for_each(|buyer| *counts.entry(accounts.of_buyer(&buyer).name.clone()).or_insert(0) += 1);
        assert!(counts.len() == 5 && counts.values().all(|count| (900..1_100).contains(count)), "{counts:?}");
    }

    #[test]
    fn an_account_more_moves_buyers_to_itself_alone() {
        let (before, after) = (accounts(&["a", "b", "c", "d"]), accounts(&["a", "b", "c", "d", "e"]));
        let moved: Vec<_> =
            buyers().filter(|buyer| before.of_buyer(buyer).name != after.of_buyer(buyer).name).collect();
        assert!((800..1_200).contains(&moved.len()), "{}", moved.len());
        assert!(moved.iter().all(|buyer| &*after.of_buyer(buyer).name == "e"));
    }

    #[test]
    fn the_account_of_a_buyer_is_fixed_for_all_releases() {
        let accounts = accounts(&["eu", "uk", "us"]);
        let of = |buyer| &*accounts.of_buyer(&BuyerId::new(buyer).expect("an id")).name;
        assert_eq!(
            ["b-1", "b-2", "anna", "ben", "carla", "dora"].map(of),
            ["uk", "eu", "us", "eu", "uk", "us"]
        );
    }

    #[test]
    fn a_retired_account_gets_nobody() {
        let mut list = vec![account("a"), account("b")];
        list[0].retired = true;
        let accounts = Accounts::new(list.clone()).expect("good accounts");
        assert!(buyers().all(|buyer| &*accounts.of_buyer(&buyer).name == "b"));
        assert!(accounts.get("a").is_some());
        list[1].retired = true;
        assert_eq!(Accounts::new(list).err(), Some(BadAccounts::None));
    }

    #[test]
    fn accounts_that_cannot_be_are_refused() {
        let twins = Accounts::new(vec![account("a"), account("a")]);
        assert!(matches!(twins, Err(BadAccounts::Twice(_))));
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let rates = Rates { account: 100.0, endpoint: rate };
            let bad = Accounts::new(vec![Account { rates, ..account("a") }]);
            assert!(matches!(bad, Err(BadAccounts::Rates(_))), "{rate}");
        }
        let many = (0..65).map(|n| account(&n.to_string())).collect();
        assert_eq!(Accounts::new(many).err(), Some(BadAccounts::TooMany(65)));
    }
}
