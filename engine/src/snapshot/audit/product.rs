//! A recount of units: every product's books against its reservations and orders.

use bincode::{Decode, Encode};

use super::Payments;
use crate::snapshot::Capture;
use crate::vocabulary::product::Stock;
use crate::vocabulary::text::ProductId;

/// A product's books, and what a recount of every record gives.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ProductAudit {
    /// Which one.
    pub product: ProductId,
    /// Its books.
    pub stock: Stock,
    /// Units in live reservations.
    pub counted_held: u64,
    /// Units in orders, but for those that went back on sale.
    pub counted_sold: u64,
    /// How many orders there are.
    pub orders: u64,
    /// Whether it is frozen.
    pub frozen: bool,
    /// Its payments by the provider.
    pub payments: Payments,
}

impl ProductAudit {
    /// Whether the books add up, and agree with the recount.
    pub fn is_sound(&self) -> bool {
        crate::state::stock::check(&self.stock).is_ok()
            && self.counted_held == self.stock.held
            && self.counted_sold == self.stock.sold
            && !self.frozen
    }
}

impl Capture {
    /// Recounts one product, or all of them in the order of their ids. Cost: O(all records), and for each that has to do
    /// with a payment by the provider O(log of those).
    pub fn audit(&self, product: Option<&ProductId>) -> Vec<ProductAudit> {
        let audits = self.products.iter().map(|product| ProductAudit {
            product: product.id.clone(),
            stock: product.stock,
            counted_held: 0,
            counted_sold: 0,
            orders: 0,
            frozen: product.frozen,
            payments: Payments::default(),
        });
        let mut audits = audits.collect::<Vec<_>>();
        self.recount_units(&mut audits);
        audits
            .iter_mut()
            .zip(self.recount_payments())
            .for_each(|(audit, payments)| audit.payments = payments);
        audits.retain(|audit| product.is_none_or(|product| audit.product == *product));
        audits.sort_by(|a, b| a.product.cmp(&b.product));
        audits
    }

    /// Products are never removed, so the slot is the place among them.
    fn recount_units(&self, audits: &mut [ProductAudit]) {
        for reservation in self.reservations.iter().filter(|reservation| reservation.status.is_live()) {
            let audit = &mut audits[reservation.product as usize];
            audit.counted_held = audit.counted_held.saturating_add(u64::from(reservation.quantity));
        }
        for order in self.orders.iter() {
            let audit = &mut audits[order.product as usize];
            audit.orders += 1;
            if !order.restocked {
                audit.counted_sold = audit.counted_sold.saturating_add(u64::from(order.quantity));
            }
        }
    }
}
