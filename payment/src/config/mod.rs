//! What the operator says about the payment provider.

mod accounts;
mod base_url;
mod secret;
mod timeouts;

use std::time::Duration;

use engine::vocabulary::text::AccountName;

pub use accounts::{Account, Accounts, BadAccounts, Rates};
pub use base_url::{BaseUrl, NotABaseUrl};
pub use secret::{NotASecret, Secret};
pub use timeouts::Timeouts;

/// A secret that the provider signs events with.
#[derive(Clone, Debug)]
pub struct WebhookSecret {
    /// Whose events: those of this account, or of whichever.
    pub account: Option<AccountName>,
    /// The secret. While it is rotated there are two for one account.
    pub secret: Secret,
}

/// The provider, as the operator describes it.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it is.
    pub base_url: BaseUrl,
    /// The shop's accounts there.
    pub accounts: Accounts,
    /// What its events are signed with.
    pub webhook_secrets: Vec<WebhookSecret>,
    /// How long its answers are waited for.
    pub timeouts: Timeouts,
    /// How often a refund that arrived is looked at again, in case the bank returns it.
    pub refund_recheck: Duration,
}
