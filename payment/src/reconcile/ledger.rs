//! The provider's ledger, page by page.

use std::time::Duration;

use engine::vocabulary::text::{AccountName, IntentId};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::client::{Call, Intent, Object, Page, Refund, Verdict};
use crate::provider::Provider;

/// How often a page is asked for, and how long is waited in between at first; it doubles.
const TRIES_MAX: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// No intent has more refunds than this, or somebody plays with us.
const REFUNDS_MAX: usize = 1_000;

/// Which part of the ledger is compared: intents created from `since` to `until`, in seconds since the Unix epoch. It is
/// to have the intents of all sales: a payment begins minutes before its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// From.
    pub since: u64,
    /// To.
    pub until: u64,
}

/// The ledger could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the ledger of the payment account {account} cannot be read: {why}; try again later")]
pub struct Unavailable {
    /// Whose ledger.
    pub account: AccountName,
    /// What the provider said last.
    pub why: String,
}

/// Why there is no reconciliation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreconciled<E> {
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] Unavailable),
    /// Our books could not.
    #[error("our books cannot be read")]
    Books(E),
}

/// The ledger of one account.
#[derive(Clone, Copy)]
pub(super) struct Ledger<'a> {
    pub(super) provider: &'a Provider,
    pub(super) account: &'a AccountName,
}

impl Ledger<'_> {
    /// A page of it, newest first, from behind `after`.
    pub(super) async fn page(self, period: Period, after: Option<&str>) -> Result<Page<Intent>, Unavailable> {
        match self.ask(&Call::list_intents(self.account, period.since, period.until, after)).await? {
            Object::Intents(page) => Ok(page),
            other => Err(self.unavailable(format!("{other:?}"))),
        }
    }

    /// An intent as it is now.
    pub(super) async fn intent(self, id: &IntentId) -> Result<Intent, Unavailable> {
        match self.ask(&Call::get_intent(self.account, id)).await? {
            Object::Intent(intent) => Ok(*intent),
            other => Err(self.unavailable(format!("{other:?}"))),
        }
    }

    /// All refunds of an intent, newest first.
    pub(super) async fn refunds(self, intent: &IntentId) -> Result<Vec<Refund>, Unavailable> {
        let mut refunds: Vec<Refund> = Vec::new();
        loop {
            let after = refunds.last().map(|refund| refund.id.as_str());
            let page = match self.ask(&Call::list_refunds(self.account, intent, after)).await? {
                Object::Refunds(page) => page,
                other => return Err(self.unavailable(format!("{other:?}"))),
            };
            let is_last = !page.has_more || page.data.is_empty();
            refunds.extend(page.data);
            if is_last {
                return Ok(refunds);
            }
            if refunds.len() >= REFUNDS_MAX {
                return Err(self.unavailable(format!("{intent} has more than a thousand refunds")));
            }
        }
    }

    async fn ask(self, call: &Call) -> Result<Object, Unavailable> {
        let (never, mut wait) = (CancellationToken::new(), FIRST_WAIT);
        let mut last = String::new();
        for _ in 0..TRIES_MAX {
            match self.provider.call(call, None, &never).await {
                Verdict::Done(object) => return Ok(object),
                Verdict::Retry(retry) if !retry.reason.needs_an_operator() => {
                    last = retry.reason.name().to_owned();
                    sleep(retry.after.unwrap_or(wait)).await;
                    wait *= 2;
                }
                other => return Err(self.unavailable(format!("{other:?}"))),
            }
        }
        Err(self.unavailable(last))
    }

    fn unavailable(self, why: String) -> Unavailable {
        Unavailable { account: self.account.clone(), why }
    }
}
