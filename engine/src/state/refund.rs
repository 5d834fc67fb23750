//! Refunds: records and the index by id. They stay, as orders do.

use super::digest::{Kind, Mix};
use super::pages::{Frozen, Pages};
use super::table::Table;
use super::{Slot, keyed};
use crate::vocabulary::id::{OrderId, RefundId};
use crate::vocabulary::time::LogTime;

/// One refund.
#[derive(Clone)]
pub(crate) struct Refund {
    pub(crate) id: RefundId,
    pub(crate) created_at: LogTime,
    /// What went back, in minor units of the order's currency.
    pub(crate) amount: u64,
    pub(crate) order: Slot,
    pub(crate) restock: bool,
}

impl Refund {
    pub(crate) fn digest(&self, order: OrderId) -> u64 {
        Mix::new(Kind::Refund)
            .id(self.id.0)
            .id(order.0)
            .word(self.created_at.0)
            .word(self.amount)
            .word(u64::from(self.restock))
            .end()
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
