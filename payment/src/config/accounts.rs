//! The shop's accounts at the provider, and which of them a buyer pays at.

use std::collections::BTreeMap;

use engine::BuyerId;
use engine::vocabulary::text::AccountName;
use sha2::{Digest, Sha256};

use super::Secret;

/// The most accounts: more would not sell faster than a cluster does.
const COUNT_MAX: usize = 64;
/// What the provider's secrets begin with: those that calls are made with, in full or in part, and those that sign events.
const SECRETS_BEGIN: [&str; 3] = ["sk_", "rk_", "whsec_"];
/// What the keys begin with that buyers are told.
const PUBLISHABLE_BEGINS: &str = "pk_";

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
    /// What every buyer is told is a secret.
    #[error(
        "the publishable_key of the payment account {0} begins like a secret, and every buyer is told it: give the key \
         that begins with pk_, and roll this one at the provider if anybody was told it"
    )]
    PublishedSecret(AccountName),
    /// What calls are made with is what buyers are told.
    #[error(
        "the secret_key of the payment account {0} begins with pk_, so it is the publishable one: give the key that \
         begins with sk_ or rk_"
    )]
    PublicSecret(AccountName),
    /// Two have one key, and so are one.
    #[error(
        "the payment accounts {0} and {1} have the same secret_key, so they are one account: give each its own key, or \
         leave one of them out"
    )]
    OneKey(AccountName, AccountName),
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
    /// [`BadAccounts`] if none takes buyers, there are too many, names or secret keys are not unique, keys are in each
    /// other's place, or a rate is none.
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
            check_keys(&account)?;
            if let Some(twin) = named.insert(account.name.clone(), account) {
                return Err(BadAccounts::Twice(twin.name));
            }
        }
        check_keys_differ(&named)?;
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

/// A key in the place of the other, as far as its beginning tells.
fn check_keys(account: &Account) -> Result<(), BadAccounts> {
    if SECRETS_BEGIN.iter().any(|begin| account.publishable_key.starts_with(begin)) {
        return Err(BadAccounts::PublishedSecret(account.name.clone()));
    }
    if account.secret_key.expose().starts_with(PUBLISHABLE_BEGINS) {
        return Err(BadAccounts::PublicSecret(account.name.clone()));
    }
    Ok(())
}

/// Two names for one account would make twice the calls that it takes.
fn check_keys_differ(accounts: &BTreeMap<AccountName, Account>) -> Result<(), BadAccounts> {
    let mut names: BTreeMap<&str, &AccountName> = BTreeMap::new();
    for (name, account) in accounts {
        if let Some(other) = names.insert(account.secret_key.expose(), name) {
            return Err(BadAccounts::OneKey(other.clone(), name.clone()));
        }
    }
    Ok(())
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
            secret_key: Secret::new(&format!("sk_test_{name}")).expect("a secret"),
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
    fn keys_in_each_other_s_place_are_refused_and_not_shown() {
        let published = |key: &str| Account { publishable_key: key.to_owned(), ..account("a") };
        for key in ["sk_live_x7", "sk_test_x7", "rk_live_x7", "whsec_x7"] {
            let refused = Accounts::new(vec![published(key)]).expect_err(key);
            assert!(matches!(&refused, BadAccounts::PublishedSecret(name) if &**name == "a"), "{refused:?}");
            assert!(!format!("{refused} {refused:?}").contains("x7"), "{refused}");
        }
        assert!(Accounts::new(vec![published("task_sk_")]).is_ok());
        let secret_key = Secret::new("pk_live_x7").expect("a secret");
        let refused = Accounts::new(vec![Account { secret_key, ..account("a") }]).expect_err("it is public");
        assert_eq!(refused, BadAccounts::PublicSecret(account("a").name));
    }

    #[test]
    fn two_accounts_with_one_secret_key_are_one() {
        let secret_key = Secret::new("sk_live_x7").expect("a secret");
        let of = |name: &str| Account { secret_key: secret_key.clone(), ..account(name) };
        let twins = vec![of("a"), account("b"), Account { retired: true, ..of("c") }];
        let refused = Accounts::new(twins).expect_err("they are one");
        assert_eq!(refused, BadAccounts::OneKey(account("a").name, account("c").name));
        assert!(!format!("{refused} {refused:?}").contains("x7"), "{refused}");
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
