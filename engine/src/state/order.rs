//! Orders: records and the index by id. They stay.

use super::digest::{Kind, Mix};
use super::pages::{Frozen, Pages};
use super::table::Table;
use super::{Slot, keyed};
use crate::vocabulary::id::{OrderId, ReservationId};
use crate::vocabulary::money::{Currency, Money};
use crate::vocabulary::text::{BuyerId, PaymentReference, ProductId, Reference};
use crate::vocabulary::time::LogTime;
use crate::vocabulary::view::{Capture, OrderStatus, OrderView};

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
}

impl Order {
    pub(crate) fn price(&self) -> Money {
        Money { amount: self.amount, currency: self.currency }
    }

    /// What can still go back.
    pub(crate) fn rest(&self) -> u64 {
        self.amount.saturating_sub(self.refunded)
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
            payment: self.payment.clone(),
            status: self.status,
            capture: Capture::External,
            refunded: self.refunded,
            created_at: self.created_at,
        }
    }

    /// `product` and `buyer` are the keyed hashes of the ids.
    pub(crate) fn digest(&self, product: u64, buyer: u64) -> u64 {
        let [a, b, c] = *self.currency.as_bytes();
        let flags = (self.status as u32) << 1 | u32::from(self.restocked);
        Mix::new(Kind::Order)
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
            .text(self.payment.as_deref())
            .end()
    }
}

/// All orders of a shard.
#[derive(Default)]
pub(crate) struct Orders {
    pages: Pages<Order>,
    index: Table,
}

impl Orders {
    pub(crate) fn find(&self, id: OrderId) -> Option<Slot> {
        self.index.find(keyed::of_random(id.random()), |slot| self.pages.at(slot).id == id)
    }

    pub(crate) fn at(&self, slot: Slot) -> &Order {
        self.pages.at(slot)
    }

    pub(crate) fn at_mut(&mut self, slot: Slot) -> &mut Order {
        self.pages.at_mut(slot)
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<&Order> {
        self.pages.get(slot)
    }

    /// Adds an order whose id is not there yet.
    pub(crate) fn add(&mut self, order: Order) -> Slot {
        let hash = keyed::of_random(order.id.random());
        let slot = self.pages.insert(order);
        self.index.insert(hash, slot);
        slot
    }

    pub(crate) fn len(&self) -> usize {
        self.pages.len()
    }

    pub(crate) fn frozen(&self) -> Frozen<Order> {
        self.pages.frozen()
    }
}
