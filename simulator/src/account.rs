//! The provider accounts that a simulator has, and who a request is from.

use std::fmt;

use base64::Engine as _;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use subtle::ConstantTimeEq;

use crate::object::error::{ApiError, Kind};

/// A provider account.
#[derive(Clone)]
pub struct Account {
    /// `acct_…`.
    pub id: String,
    /// `sk_test_…`: may do everything in this account.
    pub secret_key: String,
    /// `pk_test_…`: may tokenise cards for this account, and look at an intent whose client secret it knows.
    pub publishable_key: String,
    /// The account that may act for this one with the header `Stripe-Account`.
    pub platform: Option<String>,
}

impl Account {
    /// The `number`th of the accounts that a simulator has by default: `acct_1flashsale0001` with the keys
    /// `sk_test_flashsale_0001` and `pk_test_flashsale_0001`.
    pub fn numbered(number: u16) -> Account {
        Account {
            id: format!("acct_1flashsale{number:04}"),
            secret_key: format!("sk_test_flashsale_{number:04}"),
            publishable_key: format!("pk_test_flashsale_{number:04}"),
            platform: None,
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("platform", &self.platform)
            .finish_non_exhaustive()
    }
}

/// Which kind of key a request came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    Secret,
    Publishable,
}

/// Whose request it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The account's place in the list.
    pub(crate) account: usize,
    pub(crate) grant: Grant,
    /// Whether a platform acts for it.
    pub(crate) connected: bool,
}

/// Finds out whose request it is, from its key and the header `Stripe-Account`.
pub(crate) fn authenticate(accounts: &[Account], headers: &HeaderMap) -> Result<Caller, ApiError> {
    let key = presented(headers).ok_or_else(no_key)?;
    let found = accounts.iter().enumerate().find_map(|(place, account)| {
        let same = |known: &str| bool::from(known.as_bytes().ct_eq(key.as_bytes()));
        if same(&account.secret_key) {
            Some((place, Grant::Secret))
        } else {
            same(&account.publishable_key).then_some((place, Grant::Publishable))
        }
    });
    let (place, grant) = found.ok_or_else(|| wrong_key(&key))?;
    let Some(acting_for) = headers.get("stripe-account") else {
        return Ok(Caller { account: place, grant, connected: false });
    };
    let acting_for = acting_for.to_str().unwrap_or_default();
    let own = accounts.get(place);
    let target = accounts.iter().position(|account| {
        account.id == acting_for
            && own.is_some_and(|own| {
                account.id == own.id || account.platform.as_deref() == Some(own.id.as_str())
            })
    });
    match target {
        Some(account) => Ok(Caller { account, grant, connected: account != place }),
        None => Err(ApiError::new(
            403,
            Kind::InvalidRequest,
            format!(
                "The provided key '{}' does not have access to account '{acting_for}' (or that account does not \
                 exist). Application access may have been revoked.",
                masked(&key)
            ),
        )
        .code("account_invalid")),
    }
}

/// The key of a Bearer or Basic header; of the latter the user name.
fn presented(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = header.split_once(' ')?;
    let key = if scheme.eq_ignore_ascii_case("bearer") {
        credentials.trim().to_owned()
    } else if scheme.eq_ignore_ascii_case("basic") {
        let bytes = base64::engine::general_purpose::STANDARD.decode(credentials.trim()).ok()?;
        let pair = String::from_utf8(bytes).ok()?;
        pair.split_once(':').map_or(pair.clone(), |(user, _)| user.to_owned())
    } else {
        return None;
    };
    Some(key).filter(|key| !key.is_empty())
}

fn no_key() -> ApiError {
    ApiError::new(
        401,
        Kind::InvalidRequest,
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer \
         auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for \
         details, or we can help at https://support.stripe.com/.",
    )
}

fn wrong_key(key: &str) -> ApiError {
    ApiError::new(401, Kind::InvalidRequest, format!("Invalid API Key provided: {}", masked(key)))
}

/// A key as messages may show it: its beginning, and its last four characters if it is long enough to spare them.
fn masked(key: &str) -> String {
    let kind: String = key.chars().take(8).collect();
    let length = key.chars().count();
    if length < 16 {
        return "*".repeat(length.min(16));
    }
    let end: String = key.chars().skip(length - 4).collect();
    format!("{kind}{}{end}", "*".repeat((length - 12).min(32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(headers: &[(&'static str, &str)]) -> Result<Caller, u16> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("a header value"));
        }
        let connected = Account { platform: Some(Account::numbered(1).id), ..Account::numbered(3) };
        let accounts = [Account::numbered(1), Account::numbered(2), connected];
        authenticate(&accounts, &map).map_err(|error| error.status)
    }

    #[test]
    fn bearer_and_basic_are_the_same_key() {
        let own = Caller { account: 1, grant: Grant::Secret, connected: false };
        assert_eq!(with(&[("authorization", "Bearer sk_test_flashsale_0002")]), Ok(own));
        // sk_test_flashsale_0002:
        assert_eq!(with(&[("authorization", "Basic c2tfdGVzdF9mbGFzaHNhbGVfMDAwMjo=")]), Ok(own));
        let publishable = Caller { grant: Grant::Publishable, ..own };
        assert_eq!(with(&[("authorization", "Bearer pk_test_flashsale_0002")]), Ok(publishable));
    }

    #[test]
    fn who_is_unknown_is_refused() {
        assert_eq!(with(&[]), Err(401));
        assert_eq!(with(&[("authorization", "Bearer sk_test_other")]), Err(401));
        assert_eq!(with(&[("authorization", "Bearer ")]), Err(401));
        assert_eq!(with(&[("authorization", "Digest sk_test_flashsale_0002")]), Err(401));
    }

    #[test]
    fn only_its_platform_acts_for_a_connected_account() {
        let platform = ("authorization", "Bearer sk_test_flashsale_0001");
        let connected = Caller { account: 2, grant: Grant::Secret, connected: true };
        assert_eq!(with(&[platform, ("stripe-account", "acct_1flashsale0003")]), Ok(connected));
        assert_eq!(with(&[platform, ("stripe-account", "acct_1flashsale0002")]), Err(403));
        assert_eq!(with(&[platform, ("stripe-account", "acct_unknown")]), Err(403));
    }

    #[test]
    fn a_key_is_not_shown_whole() {
        assert_eq!(masked("sk_test_flashsale_0002"), "sk_test_**********0002");
        assert_eq!(masked("short"), "*****");
    }
}
