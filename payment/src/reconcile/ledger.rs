//! The provider's ledger, page by page.

use std::time::Duration;

use engine::vocabulary::text::AccountName;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::compare::Comparison;
use super::difference::Reconciliation;
use super::sale::Sale;
use crate::client::{Call, Intent, Object, Page, Verdict};
use crate::provider::Provider;

/// How often a page is asked for, and how long is waited in between at first; it doubles.
const TRIES_MAX: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_millis(500);

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

/// Compares our sales with the ledger of all accounts. Reads a hundred intents a call, behind all calls that are due at
/// some time. What our books say is to be read *before* this is called; an extra charge may then be of an order that
/// was made since, so look again before acting on one.
///
/// # Errors
/// [`Unavailable`] if a page cannot be had after several tries.
pub async fn reconcile(
    provider: &Provider,
    sales: impl IntoIterator<Item = Sale>,
    period: Period,
) -> Result<Reconciliation, Unavailable> {
    let mut comparison = Comparison::of(sales);
    for account in provider.accounts().iter() {
        let mut after: Option<String> = None;
        loop {
            let page = page(provider, &account.name, period, after.as_deref()).await?;
            page.data.iter().for_each(|intent| comparison.shown(&account.name, intent));
            match page.data.into_iter().next_back() {
                Some(last) if page.has_more => after = Some(last.id),
                _ => break,
            }
        }
    }
    Ok(comparison.finish())
}

async fn page(
    provider: &Provider,
    account: &AccountName,
    period: Period,
    after: Option<&str>,
) -> Result<Page<Intent>, Unavailable> {
    let call = Call::list_intents(account, period.since, period.until, after);
    let (never, mut wait) = (CancellationToken::new(), FIRST_WAIT);
    let unavailable = |why: String| Unavailable { account: account.clone(), why };
    let mut last = String::new();
    for _ in 0..TRIES_MAX {
        match provider.call(&call, None, &never).await {
            Verdict::Done(Object::Intents(page)) => return Ok(page),
            Verdict::Retry(retry) if !retry.reason.needs_an_operator() => {
                last = retry.reason.name().to_owned();
                sleep(retry.after.unwrap_or(wait)).await;
                wait *= 2;
            }
            other => return Err(unavailable(format!("{other:?}"))),
        }
    }
    Err(unavailable(last))
}
