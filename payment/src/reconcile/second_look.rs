//! The second look: our books and the provider are asked once more before a difference is noted. What was read first was read
//! at different times, and is changed by whoever sells meanwhile.

use engine::vocabulary::text::IntentId;

use super::agreement;
use super::books::Books;
use super::difference::Difference;
use super::doubt::{Doubt, Stray};
use super::ledger::{Ledger, Unreconciled};
use super::money::{self, Back};
use super::sale::{Sale, Taken};
use crate::client::{Intent, IntentStatus};

/// How often an order and its intent are looked at, until they agree or differ twice in the same way.
const LOOKS_MAX: u32 = 5;

/// Who looks.
pub(super) struct SecondLook<'a, B> {
    pub(super) ledger: Ledger<'a>,
    pub(super) books: &'a B,
}

impl<B: Books> SecondLook<'_, B> {
    /// What is left of a doubt about an intent.
    pub(super) async fn settle(
        &self,
        doubt: Doubt,
        intent: &Intent,
    ) -> Result<Vec<Difference>, Unreconciled<B::Error>> {
        match doubt {
            Doubt::Differs(sale) => self.differs(&sale).await,
            Doubt::Stray(stray) => Ok(self.stray(stray, intent).await?.into_iter().collect()),
        }
    }

    /// First our books are asked, then the provider: what was being undone when it was listed may be dead since, and our books
    /// know that.
    async fn stray(
        &self,
        stray: Stray,
        intent: &Intent,
    ) -> Result<Option<Difference>, Unreconciled<B::Error>> {
        let standing = self.books.standing(&stray.reservation).await.map_err(Unreconciled::Books)?;
        let Some(stray) = stray.remains(intent, &standing) else { return Ok(None) };
        let Stray { reservation, order, .. } = stray;
        let account = self.ledger.account;
        let Ok(id) = IntentId::new(&intent.id) else {
            return Ok(agreement::of_none(account, reservation, order, intent));
        };
        let now = self.ledger.intent(&id).await?;
        Ok(agreement::of_none(account, reservation, order, &now))
    }

    /// Between two reads of one look the sale goes on, so one look that finds a difference proves none.
    async fn differs(&self, listed: &Sale) -> Result<Vec<Difference>, Unreconciled<B::Error>> {
        let mut last = Vec::new();
        for _ in 0..LOOKS_MAX {
            let found = self.look(listed).await?;
            if found.is_empty() || found == last {
                return Ok(found);
            }
            last = found;
        }
        Ok(last)
    }

    async fn look(&self, listed: &Sale) -> Result<Vec<Difference>, Unreconciled<B::Error>> {
        let sale = self.books.sale(listed.order).await.map_err(Unreconciled::Books)?;
        let sale = sale.unwrap_or_else(|| listed.clone());
        let intent = self.ledger.intent(&sale.intent).await?;
        let back = self.back(&sale, &intent).await?;
        Ok(agreement::of_sale(self.ledger.account, &sale, &intent, back))
    }

    /// What went back, refund by refund if the sum is another than by our books: the provider counts what is on its way, and
    /// our books what arrived.
    async fn back(&self, sale: &Sale, intent: &Intent) -> Result<Back, Unreconciled<B::Error>> {
        let told = Back::told_by(intent);
        let is_taken = sale.taken != Taken::Failed && intent.status == IntentStatus::Succeeded;
        if !is_taken || told.may_be(sale.refunded) {
            return Ok(told);
        }
        let mut back = Back::default();
        for refund in self.ledger.refunds(&sale.intent).await? {
            let is_on_its_way = match refund.metadata("refund") {
                _ if money::is_pending(&refund) => true,
                Some(own) if refund.is_live() => {
                    self.books.is_on_its_way(own).await.map_err(Unreconciled::Books)?
                }
                _ => false,
            };
            back = back.with(&refund, is_on_its_way);
        }
        Ok(back)
    }
}
