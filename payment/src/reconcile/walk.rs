//! The way through the ledgers of all accounts.

use super::books::Books;
use super::compare::Comparison;
use super::difference::Reconciliation;
use super::ledger::{Ledger, Period, Unreconciled};
use super::sale::Sale;
use super::second_look::SecondLook;
use crate::provider::Provider;

/// Compares our sales with the ledger of all accounts. Reads a hundred intents a call, one call after the other. The sales
/// are to be read *before* this is called: then whatever the ledger lacks of them is missing. What it has beside them, or has
/// otherwise, is held against `books` as they are now and looked at once more, so that what is being carried out, or was since
/// the sales were read, is no difference; nor is a refund that is on its way.
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
                if let Some(doubt) = comparison.shown(&account.name, intent) {
                    let settled = SecondLook { ledger, books }.settle(doubt, intent).await?;
                    comparison.stands(settled);
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
