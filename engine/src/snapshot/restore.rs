//! Rows as records: places become slots, and what follows from a record is rebuilt.
//!
//! The pages of a new shard fill from the front, so a record's place is its slot.

use super::error::Error;
use super::format::{
    ChargeRow, LaneRow, MemoryRow, OrderRow, PayoutRow, ProductRow, RefundRow, ReservationRow,
};
use super::load::Loader;
use crate::state::memory::{Record, Subject};
use crate::state::order::Order;
use crate::state::outbox::Page;
use crate::state::product::Product;
use crate::state::refund::Refund;
use crate::state::reservation::Reservation;
use crate::state::saga::Saga;
use crate::state::{NONE, Slot, keyed};
use crate::vocabulary::id::ReservationId;
use crate::vocabulary::limits::CONSUMERS_MAX;
use crate::vocabulary::text::{BuyerId, ConsumerName};
use crate::vocabulary::view::ReservationStatus;

impl Loader {
    pub(super) fn product(&mut self, row: ProductRow) -> Result<(), Error> {
        let secret = self.secret();
        absent(self.shard.products.find(&secret, &row.id))?;
        let product = Product {
            revision: row.revision,
            stock: row.stock,
            paused: row.paused,
            frozen: row.frozen,
            archived: row.archived,
            ..Product::new(row.id, row.description, row.created_at)
        };
        let slot = self.shard.products.add(&secret, product);
        self.shard.products.schedule(slot, self.shard.now);
        Ok(())
    }

    pub(super) fn lane(&mut self, row: LaneRow) -> Result<(), Error> {
        named(row.product, self.shard.products.len())?;
        let product = self.shard.products.at(row.product);
        absent(product.lane.as_ref())?;
        let lanes = product.description.lanes;
        if row.lane.index >= lanes || row.lane.neighbours.len() != usize::from(lanes) {
            return Err(Error::Dangling);
        }
        self.shard.products.set_lane(row.product, row.lane);
        Ok(())
    }

    pub(super) fn buyer(&mut self, id: &BuyerId) -> Result<(), Error> {
        let hash = keyed::of_text(&self.secret(), id);
        absent(self.shard.buyers.find(hash, id))?;
        self.shard.buyers.find_or_add(hash, id);
        Ok(())
    }

    pub(super) fn reservation(&mut self, row: ReservationRow) -> Result<(), Error> {
        named(row.product, self.shard.products.len())?;
        named(row.buyer, self.shard.buyers.len())?;
        absent(self.shard.reservations.find(row.id))?;
        let reservation = Reservation {
            id: row.id,
            mark: row.mark,
            created_at: row.created_at,
            amount: row.price.amount,
            reference: row.reference.map(Box::new),
            product: row.product,
            buyer: row.buyer,
            quantity: row.quantity,
            order: NONE,
            hold: row.hold,
            currency: row.price.currency,
            status: row.status,
        };
        let ends_at = self.shard.end_of(&reservation);
        self.sagas_placed += usize::from(self.shard.sagas.find(row.id).is_some());
        let slot = self.shard.add_reservation(reservation);
        match ends_at {
            None => self.over.push((row.mark, slot)),
            Some(at) => {
                self.live.push((row.mark, slot));
                self.shard.timers.arm(at, slot);
                let place = self.shard.place(row.product);
                self.shard.buyers.add_units(row.buyer, place, row.quantity);
            }
        }
        Ok(())
    }

    pub(super) fn order(&mut self, row: OrderRow) -> Result<(), Error> {
        named(row.product, self.shard.products.len())?;
        named(row.buyer, self.shard.buyers.len())?;
        absent(self.shard.orders.find(row.id))?;
        let slot = self.shard.add_order(Order {
            id: row.id,
            reservation: row.reservation,
            reference: row.reference,
            payment: row.payment,
            created_at: row.created_at,
            amount: row.price.amount,
            refunded: row.refunded,
            product: row.product,
            buyer: row.buyer,
            quantity: row.quantity,
            currency: row.price.currency,
            status: row.status,
            restocked: row.restocked,
            charge: None,
        });
        if !row.restocked {
            let place = self.shard.place(row.product);
            self.shard.buyers.add_units(row.buyer, place, row.quantity);
        }
        self.link(row.reservation, slot);
        Ok(())
    }

    /// An order outlives its reservation. Should another one come under the same id, it is younger than the order.
    fn link(&mut self, id: ReservationId, order: Slot) {
        let Some(slot) = self.shard.reservations.find(id) else { return };
        let reservation = self.shard.reservations.at(slot);
        let is_its = self.shard.orders.at(order).created_at >= reservation.created_at;
        if is_its && reservation.status == ReservationStatus::Paid {
            self.shard.reservations.at_mut(slot).order = order;
        }
    }

    pub(super) fn refund(&mut self, row: &RefundRow) -> Result<(), Error> {
        named(row.order, self.shard.orders.len())?;
        absent(self.shard.refunds.find(row.id))?;
        self.shard.add_refund(Refund {
            id: row.id,
            created_at: row.created_at,
            amount: row.amount,
            order: row.order,
            restock: row.restock,
            payout: None,
        });
        Ok(())
    }

    /// A saga comes before its reservation, whose timer depends on it.
    pub(super) fn saga(&mut self, saga: Saga) -> Result<(), Error> {
        absent(self.shard.sagas.find(saga.reservation))?;
        self.shard.add_saga(saga);
        Ok(())
    }

    pub(super) fn charge(&mut self, row: ChargeRow) -> Result<(), Error> {
        named(row.order, self.shard.orders.len())?;
        absent(self.shard.orders.at(row.order).charge.as_ref())?;
        self.shard.change_order(row.order, |order| order.charge = Some(Box::new(row.charge)));
        Ok(())
    }

    pub(super) fn payout(&mut self, row: PayoutRow) -> Result<(), Error> {
        named(row.refund, self.shard.refunds.len())?;
        absent(self.shard.refunds.at(row.refund).payout.as_ref())?;
        self.shard.change_refund(row.refund, |refund| refund.payout = Some(Box::new(row.payout)));
        Ok(())
    }

    pub(super) fn consumer(&mut self, (name, sequence): (ConsumerName, u64)) -> Result<(), Error> {
        absent(self.shard.cursor(&name))?;
        if sequence > self.shard.sequence || self.shard.consumers().count() >= CONSUMERS_MAX {
            return Err(Error::Dangling);
        }
        self.shard.set_cursor(&name, sequence);
        Ok(())
    }

    pub(super) fn outbox(&mut self, page: Page) -> Result<(), Error> {
        if !page.is_sound() || !self.shard.outbox.follows(&page) || !self.shard.outbox.has_consumers() {
            return Err(Error::Dangling);
        }
        self.shard.digest.add(page.digest());
        self.shard.outbox.restore(page);
        if self.shard.outbox.newest().is_some_and(|newest| newest > self.shard.sequence) {
            return Err(Error::Dangling);
        }
        Ok(())
    }

    pub(super) fn memory(&mut self, row: &MemoryRow) -> Result<(), Error> {
        let subjects = match row.act.subject() {
            Subject::Kept => self.shard.memory.kept_len(),
            Subject::Refund => self.shard.refunds.len(),
            Subject::Reservation => self.shard.reservations.len(),
        };
        named(row.subject, subjects)?;
        if let Some(owner) = row.owner {
            named(owner, self.shard.buyers.len())?;
        }
        if self.shard.memory.find(&row.key.scope).is_some() {
            return Err(Error::Duplicate);
        }
        if self.shard.memory.newest().is_some_and(|newest| newest > row.at) {
            return Err(Error::Unordered);
        }
        let owner = row.owner.unwrap_or(NONE);
        let record = Record { key: row.key, at: row.at, subject: row.subject, owner, act: row.act };
        self.shard.add_record(record);
        Ok(())
    }

    /// Before a shard is founded there is nothing to hash.
    fn secret(&self) -> [u8; 16] {
        self.shard.secret.unwrap_or_default()
    }
}

fn named(place: u32, len: usize) -> Result<(), Error> {
    if (place as usize) < len { Ok(()) } else { Err(Error::Dangling) }
}

fn absent<T>(found: Option<T>) -> Result<(), Error> {
    if found.is_none() { Ok(()) } else { Err(Error::Duplicate) }
}
