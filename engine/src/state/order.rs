//! Orders: records and the index by id. They stay.

use bincode::{Decode, Encode};

use super::digest::{Kind, Mix};
use super::pages::{Frozen, Pages};
use super::table::Table;
use super::{Slot, keyed};
use crate::vocabulary::id::{OrderId, ReservationId};
use crate::vocabulary::money::{Currency, Money};
use crate::vocabulary::text::{AccountName, BuyerId, IntentId, PaymentReference, ProductId, Reference};
use crate::vocabulary::time::LogTime;
use crate::vocabulary::view::{Capture, OrderStatus, OrderView};

/// Whose money the provider takes for an order, and how far it has come.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Charge {
    pub(crate) account: AccountName,
    pub(crate) intent: IntentId,
    /// The try that it was authorized by.
    pub(crate) attempt: u8,
    pub(crate) capture: Capture,
    /// What is on its way back, in minor units, beside what is back.
    pub(crate) refunding: u64,
    /// Whether the units go back on sale once all of the money is back: a refund arrived that wants it.
    pub(crate) restock: bool,
}

/// One order.
#[derive(Clone)]
pub(crate) struct Order {
    pub(crate) id: OrderId,
    pub(crate) reservation: ReservationId,
    pub(crate) reference: Option<Reference>,
    pub(crate) payment: Option<PaymentReference>,
    pub(crate) created_at: LogTime,
    /// What was paid, in minor units.
    pub(crate) amount: u64,
    /// What went back of it.
    pub(crate) refunded: u64,
    pub(crate) product: Slot,
    pub(crate) buyer: Slot,
    pub(crate) quantity: u32,
    pub(crate) currency: Currency,
    pub(crate) status: OrderStatus,
    /// Whether its units went back on sale.
    pub(crate) restocked: bool,
    /// If the provider takes the money. Boxed, for others have none.
    pub(crate) charge: Option<Box<Charge>>,
}

impl Order {
    pub(crate) fn price(&self) -> Money {
        Money { amount: self.amount, currency: self.currency }
    }

    /// What can still go back, beside what is on its way.
    pub(crate) fn rest(&self) -> u64 {
        let refunding = self.charge.as_ref().map_or(0, |charge| charge.refunding);
        self.amount.saturating_sub(self.refunded).saturating_sub(refunding)
    }

    /// Whether its units went back on sale, and the money that should have gone back with them did not: a refund that had
    /// arrived was returned by the bank. The buyer has neither.
    pub(crate) fn refund_returned(&self) -> bool {
        let is_captured = self.charge.as_ref().is_some_and(|charge| charge.capture == Capture::Captured);
        self.restocked && is_captured && self.rest() > 0
    }

    /// What money that went back makes of it.
    pub(crate) fn refund(&mut self, refunded: u64) {
        self.refunded = refunded;
        self.status = match refunded {
            _ if refunded >= self.amount => OrderStatus::Refunded,
            0 => OrderStatus::Confirmed,
            _ => OrderStatus::PartiallyRefunded,
        };
    }

    /// How it looks.
    pub(crate) fn view(&self, product: &ProductId, buyer: &BuyerId) -> OrderView {
        OrderView {
            id: self.id,
            reservation: self.reservation,
            product: product.clone(),
            buyer: buyer.clone(),
            quantity: self.quantity,
            price: self.price(),
            reference: self.reference.clone(),
            payment: match &self.charge {
                Some(charge) => Some(PaymentReference::from(&charge.intent)),
                None => self.payment.clone(),
            },
            status: self.status,
            capture: self.charge.as_ref().map_or(Capture::External, |charge| charge.capture),
            refunded: self.refunded,
            created_at: self.created_at,
        }
    }

    /// `product` and `buyer` are the keyed hashes of the ids.
    pub(crate) fn digest(&self, product: u64, buyer: u64) -> u64 {
        let [a, b, c] = *self.currency.as_bytes();
        let flags = (self.status as u32) << 1 | u32::from(self.restocked);
        let mix = Mix::new(Kind::Order)
            .id(self.id.0)
            .id(self.reservation.0)
            .word(self.created_at.0)
            .word(self.amount)
            .word(self.refunded)
            .pair(u32::from_le_bytes([a, b, c, 0]), flags)
            .word(u64::from(self.quantity))
            .word(product)
            .word(buyer)
            .text(self.reference.as_deref())
            .text(self.payment.as_deref());
        match &self.charge {
            None => mix.end(),
            Some(charge) => mix
                .text(Some(&charge.account))
                .text(Some(&charge.intent))
                .pair(u32::from(charge.attempt), charge.capture as u32)
                .pair(0, u32::from(charge.restock))
                .word(charge.refunding)
                .end(),
        }
    }
}

/// All orders of a shard.
#[derive(Default)]
pub(crate) struct Orders {
    pages: Pages<Order>,
    index: Table,
    refunds_returned: u64,
}

impl Orders {
    pub(crate) fn find(&self, id: OrderId) -> Option<Slot> {
        self.index.find(keyed::of_random(id.random()), |slot| self.pages.at(slot).id == id)
    }

    pub(crate) fn at(&self, slot: Slot) -> &Order {
        self.pages.at(slot)
    }

    pub(crate) fn change(&mut self, slot: Slot, change: impl FnOnce(&mut Order)) {
        let order = self.pages.at_mut(slot);
        let before = u64::from(order.refund_returned());
        change(order);
        self.refunds_returned = self.refunds_returned + u64::from(order.refund_returned()) - before;
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<&Order> {
        self.pages.get(slot)
    }

    /// Adds an order whose id is not there yet.
    pub(crate) fn add(&mut self, order: Order) -> Slot {
        let hash = keyed::of_random(order.id.random());
        self.refunds_returned += u64::from(order.refund_returned());
        let slot = self.pages.insert(order);
        self.index.insert(hash, slot);
        slot
    }

    /// How many had a refund returned after their units went back on sale.
    pub(crate) fn refunds_returned(&self) -> u64 {
        self.refunds_returned
    }

    pub(crate) fn len(&self) -> usize {
        self.pages.len()
    }

    pub(crate) fn frozen(&self) -> Frozen<Order> {
        self.pages.frozen()
    }
}
