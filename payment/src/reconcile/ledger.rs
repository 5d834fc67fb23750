//! The provider's ledger, page by page.

use std::time::Duration;

use engine::vocabulary::text::{AccountName, IntentId};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::books::Books;
use super::compare::Comparison;
use super::difference::Reconciliation;
use super::doubt::Doubt;
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

/// Compares our sales with the ledger of all accounts. Reads a hundred intents a call, one call after the other. The sales
/// are to be read *before* this is called: then whatever the ledger lacks of them is missing. What it has beside them is held
/// against `books` as they are now, so that a payment that is being carried out is no difference.
///
/// # Errors
/// [`Unreconciled`] if a page cannot be had after several tries, or our books cannot be asked.
pub async fn reconcile<B: Books + Sync>(
    provider: &Provider,
    sales: impl IntoIterator<Item = Sale>,
    books: &B,
    period: Period,
) -> Result<Reconciliation, Unreconciled<B::Error>> {
    let mut comparison = Comparison::of(sales);
    for account in provider.accounts().iter() {
        let ledger = Ledger { provider, account: &account.name };
        let mut after: Option<String> = None;
        loop {
            let page = ledger.page(period, after.as_deref()).await?;
            for intent in &page.data {
                if let Some(doubt) = comparison.shown(intent) {
                    ledger.settle(doubt, intent, books, &mut comparison).await?;
                }
            }
            match page.data.into_iter().next_back() {
                Some(last) if page.has_more => after = Some(last.id),
                _ => break,
            }
        }
    }
    Ok(comparison.finish())
}

/// The ledger of one account.
#[derive(Clone, Copy)]
struct Ledger<'a> {
    provider: &'a Provider,
    account: &'a AccountName,
}

impl Ledger<'_> {
    async fn page(self, period: Period, after: Option<&str>) -> Result<Page<Intent>, Unavailable> {
        match self.ask(&Call::list_intents(self.account, period.since, period.until, after)).await? {
            Object::Intents(page) => Ok(page),
            other => Err(self.unavailable(format!("{other:?}"))),
        }
    }

    /// Settles whether an intent that our sales do not account for is a difference. First our books are asked, then the
    /// provider once more: what was being undone when it was listed may be dead since, and our books know that.
    async fn settle<B: Books>(
        self,
        doubt: Doubt,
        intent: &Intent,
        books: &B,
        comparison: &mut Comparison,
    ) -> Result<(), Unreconciled<B::Error>> {
        let standing = books.standing(&doubt.reservation).await.map_err(Unreconciled::Books)?;
        let Some(doubt) = doubt.remains(intent, &standing) else { return Ok(()) };
        let Ok(id) = IntentId::new(&intent.id) else {
            comparison.stands(self.account, intent, doubt);
            return Ok(());
        };
        match self.ask(&Call::get_intent(self.account, &id)).await? {
            Object::Intent(now) => comparison.stands(self.account, &now, doubt),
            other => return Err(self.unavailable(format!("{other:?}")).into()),
        }
        Ok(())
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
