//! What the configuration says of the payment provider.

use std::time::Duration;

use super::schema::ACCOUNTS;
use super::settings::Settings;
use super::{Error, Secret};

/// The payment provider, where there is an account at it.
pub(super) fn config(settings: &Settings) -> Result<Option<payment::config::Config>, Error> {
    let names = settings.items(&ACCOUNTS);
    if names.is_empty() && !settings.has_section("payment") {
        return Ok(None);
    }
    let accounts = names.iter().map(|name| account(settings, name)).collect::<Result<_, _>>()?;
    let accounts = payment::config::Accounts::new(accounts)
        .map_err(|source| Error::Accounts { path: settings.path.clone(), source })?;
    let mut webhook_secrets = webhook_secrets(settings, "payment.webhook_secrets", None)?;
    for account in accounts.iter() {
        let key = format!("{}.webhook_secrets", ACCOUNTS.item(&account.name));
        webhook_secrets.extend(self::webhook_secrets(settings, &key, Some(&account.name))?);
    }
    let key = "payment.base_url";
    let url = settings.text(key)?;
    let base_url = payment::config::BaseUrl::new(&url, settings.flag("cluster.insecure")?)
        .map_err(|source| Error::BaseUrl { origin: settings.origin(key), got: shown(&url), source })?;
    Ok(Some(payment::config::Config {
        base_url,
        accounts,
        webhook_secrets,
        timeouts: payment::config::Timeouts::default(),
        refund_recheck: settings
            .duration("payment.refund_recheck", Duration::from_secs(1)..=Duration::from_secs(7 * 86_400))?,
    }))
}

/// A URL that is none, as far as it can be shown: in front of an `@` there may be a password.
fn shown(url: &str) -> String {
    if url.contains('@') { "a URL with a user in it".to_owned() } else { format!("{url:?}") }
}

fn account(settings: &Settings, name: &str) -> Result<payment::config::Account, Error> {
    let key = |leaf: &str| format!("{}.{leaf}", ACCOUNTS.item(name));
    let rate = |leaf: &str| {
        let rate = settings.number(&key(leaf), 1..=100_000)?;
        Ok(f64::from(u32::try_from(rate).unwrap_or(u32::MAX)))
    };
    let name_key = key("name");
    Ok(payment::config::Account {
        name: engine::AccountName::new(name).map_err(|_| settings.wrong(&name_key))?,
        secret_key: handed_over(&settings.secret(&key("secret_key"))?),
        publishable_key: settings.publishable(&key("publishable_key"))?,
        rates: payment::config::Rates {
            account: rate("requests_per_second")?,
            endpoint: rate("requests_per_second_per_endpoint")?,
        },
        retired: settings.flag(&key("retired"))?,
    })
}

fn webhook_secrets(
    settings: &Settings,
    key: &str,
    account: Option<&engine::AccountName>,
) -> Result<Vec<payment::config::WebhookSecret>, Error> {
    let secrets = settings.secrets(key)?;
    // An API key in this place signs nothing; with a publishable one anybody could.
    let is_a_key =
        |secret: &Secret| ["pk_", "sk_", "rk_"].iter().any(|begin| secret.expose().starts_with(begin));
    if secrets.iter().any(is_a_key) {
        return Err(settings.wrong(key));
    }
    let secret = |secret: Secret| payment::config::WebhookSecret {
        account: account.cloned(),
        secret: handed_over(&secret),
    };
    Ok(secrets.into_iter().map(secret).collect())
}

/// A secret as the payment provider's client keeps it.
fn handed_over(secret: &Secret) -> payment::config::Secret {
    payment::config::Secret::new(secret.expose()).expect("both take 1 to 256 visible ASCII characters")
}
