//! Refunds: records and the index by id. They stay, as orders do.

use bincode::{Decode, Encode};

use super::digest::{Kind, Mix};
use super::notices::Notices;
use super::pages::{Frozen, Pages};
use super::seen::Seen;
use super::table::Table;
use super::{Slot, keyed};
use crate::codec;
use crate::vocabulary::id::{OrderId, RefundId};
use crate::vocabulary::limits::REFUND_WATCH;
use crate::vocabulary::text::{DeclineCode, ProviderRefundId};
use crate::vocabulary::time::LogTime;
use crate::vocabulary::view::RefundStatus;

/// How a refund by the provider stands.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Payout {
    pub(crate) status: RefundStatus,
    /// The provider's refund, once there is one.
    pub(crate) made: Option<ProviderRefundId>,
    pub(crate) error: Option<DeclineCode>,
    pub(crate) notices: Notices,
    pub(crate) seen: Seen,
}

impl Payout {
    /// One that nothing was done for yet.
    pub(crate) fn new() -> Payout {
        Payout {
            status: RefundStatus::Pending,
            made: None,
            error: None,
            notices: Notices::default(),
            seen: Seen::default(),
        }
    }

    /// Whether the provider has news of it that were not looked at yet.
    pub(crate) fn has_news(&self) -> bool {
        self.notices.open().is_some() && self.made.is_some()
    }

    fn digest(&self) -> u64 {
        let mut bytes = Vec::with_capacity(256);
        codec::encode_into(self, &mut bytes);
        Mix::new(Kind::Payout).bytes(&bytes).end()
    }
}

/// One refund.
#[derive(Clone)]
pub(crate) struct Refund {
    pub(crate) id: RefundId,
    pub(crate) created_at: LogTime,
    /// What goes back, in minor units of the order's currency.
    pub(crate) amount: u64,
    pub(crate) order: Slot,
    pub(crate) restock: bool,
    /// If the provider gives it back. Others were made outside, and are done.
    pub(crate) payout: Option<Box<Payout>>,
}

impl Refund {
    pub(crate) fn status(&self) -> RefundStatus {
        self.payout.as_ref().map_or(RefundStatus::Succeeded, |payout| payout.status)
    }

    /// Until when there is something to be done for it, once the order's money is taken: by itself it ends only where it
    /// arrived and is rechecked.
    pub(crate) fn open_until(&self) -> Option<LogTime> {
        let payout = self.payout.as_ref()?;
        match payout.status {
            _ if payout.has_news() => Some(LogTime::NEVER),
            RefundStatus::Pending => Some(LogTime::NEVER),
            RefundStatus::Succeeded => payout.made.as_ref().map(|_| self.created_at.after(REFUND_WATCH)),
            RefundStatus::Failed => None,
        }
    }

    pub(crate) fn is_open(&self, now: LogTime) -> bool {
        self.open_until().is_some_and(|until| now < until)
    }

    pub(crate) fn digest(&self, order: OrderId) -> u64 {
        let mix = Mix::new(Kind::Refund)
            .id(self.id.0)
            .id(order.0)
            .word(self.created_at.0)
            .word(self.amount)
            .word(u64::from(self.restock));
        self.payout.as_ref().map_or(mix, |payout| mix.word(payout.digest())).end()
    }
}

/// All refunds of a shard.
#[derive(Default)]
pub(crate) struct Refunds {
    pages: Pages<Refund>,
    index: Table,
}

impl Refunds {
    pub(crate) fn find(&self, id: RefundId) -> Option<Slot> {
        self.index.find(keyed::of_random(id.random()), |slot| self.pages.at(slot).id == id)
    }

    pub(crate) fn at(&self, slot: Slot) -> &Refund {
        self.pages.at(slot)
    }

    pub(crate) fn at_mut(&mut self, slot: Slot) -> &mut Refund {
        self.pages.at_mut(slot)
    }

    /// Adds a refund whose id is not there yet.
    pub(crate) fn add(&mut self, refund: Refund) -> Slot {
        let hash = keyed::of_random(refund.id.random());
        let slot = self.pages.insert(refund);
        self.index.insert(hash, slot);
        slot
    }

    pub(crate) fn len(&self) -> usize {
        self.pages.len()
    }

    pub(crate) fn frozen(&self) -> Frozen<Refund> {
        self.pages.frozen()
    }
}
