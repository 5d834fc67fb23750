//! Records as rows: slots become places.

use super::format::{MemoryRow, OrderRow, ProductRow, RefundRow, ReservationRow};
use crate::state::NONE;
use crate::state::memory::{Record, Subject};
use crate::state::order::Order;
use crate::state::pages::Ranks;
use crate::state::product::Product;
use crate::state::refund::Refund;
use crate::state::reservation::Reservation;

/// The places of the records that others name.
pub(super) struct Places {
    pub(super) products: Ranks,
    pub(super) buyers: Ranks,
    pub(super) reservations: Ranks,
    pub(super) orders: Ranks,
    pub(super) refunds: Ranks,
    pub(super) kept: Ranks,
}

impl Places {
    pub(super) fn reservation(&self, record: &Reservation) -> ReservationRow {
        ReservationRow {
            id: record.id,
            mark: record.mark,
            created_at: record.created_at,
            price: record.price(),
            reference: record.reference.as_deref().cloned(),
            product: self.products.of(record.product),
            buyer: self.buyers.of(record.buyer),
            quantity: record.quantity,
            hold: record.hold,
            status: record.status,
        }
    }

    pub(super) fn order(&self, record: &Order) -> OrderRow {
        OrderRow {
            id: record.id,
            reservation: record.reservation,
            reference: record.reference.clone(),
            payment: record.payment.clone(),
            created_at: record.created_at,
            price: record.price(),
            refunded: record.refunded,
            product: self.products.of(record.product),
            buyer: self.buyers.of(record.buyer),
            quantity: record.quantity,
            status: record.status,
            restocked: record.restocked,
        }
    }

    pub(super) fn refund(&self, record: &Refund) -> RefundRow {
        RefundRow {
            id: record.id,
            created_at: record.created_at,
            amount: record.amount,
            order: self.orders.of(record.order),
            restock: record.restock,
        }
    }

    pub(super) fn memory(&self, record: &Record) -> MemoryRow {
        let places = match record.act.subject() {
            Subject::Kept => &self.kept,
            Subject::Refund => &self.refunds,
            Subject::Reservation => &self.reservations,
        };
        MemoryRow {
            key: record.key,
            at: record.at,
            subject: places.of(record.subject),
            owner: (record.owner != NONE).then(|| self.buyers.of(record.owner)),
            act: record.act,
        }
    }
}

pub(super) fn product(record: &Product) -> ProductRow {
    ProductRow {
        id: record.id.clone(),
        description: record.description.clone(),
        revision: record.revision,
        stock: record.stock,
        created_at: record.created_at,
        paused: record.paused,
        frozen: record.frozen,
        archived: record.archived,
    }
}
