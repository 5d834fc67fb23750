//! The self-audit of one replica: every product's books against a recount of its reservations and orders.

use bincode::{Decode, Encode};

use super::capture::Capture;
use crate::state::order::{Charge, Order};
use crate::vocabulary::money::Currency;
use crate::vocabulary::product::Stock;
use crate::vocabulary::text::ProductId;
use crate::vocabulary::view;

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
    /// What the provider took and gave back for its orders, by currency: one for each that it was ever sold in.
    pub takings: Vec<Takings>,
}

/// What the provider took for orders, to be compared with its own books.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Takings {
    /// In which currency; the amounts are in its minor units.
    pub currency: Currency,
    /// Authorized, and about to be captured.
    pub pending: u64,
    /// Captured.
    pub captured: u64,
    /// Given back of what was captured, so that it arrived.
    pub refunded: u64,
    /// On its way back.
    pub refunding: u64,
}

impl Takings {
    fn add(&mut self, order: &Order, charge: &Charge) {
        let amount = |is: view::Capture| if charge.capture == is { order.amount } else { 0 };
        self.pending = self.pending.saturating_add(amount(view::Capture::Pending));
        self.captured = self.captured.saturating_add(amount(view::Capture::Captured));
        self.refunded = self.refunded.saturating_add(order.refunded);
        self.refunding = self.refunding.saturating_add(charge.refunding);
    }
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
    /// Recounts one product, or all of them in the order of their ids. Cost: O(reservations + orders).
    pub fn audit(&self, product: Option<&ProductId>) -> Vec<ProductAudit> {
        let audits = self.products.iter().map(|product| ProductAudit {
            product: product.id.clone(),
            stock: product.stock,
            counted_held: 0,
            counted_sold: 0,
            orders: 0,
            frozen: product.frozen,
            takings: Vec::new(),
        });
        let mut audits = audits.collect::<Vec<_>>();
        self.recount(&mut audits);
        audits.retain(|audit| product.is_none_or(|product| audit.product == *product));
        audits.sort_by(|a, b| a.product.cmp(&b.product));
        audits
            .iter_mut()
            .for_each(|audit| audit.takings.sort_by(|a, b| a.currency.as_bytes().cmp(b.currency.as_bytes())));
        audits
    }

    /// Products are never removed, so the slot is the place among them.
    fn recount(&self, audits: &mut [ProductAudit]) {
        for reservation in self.reservations.iter().filter(|reservation| reservation.status.is_live()) {
            let audit = &mut audits[reservation.product as usize];
            audit.counted_held = audit.counted_held.saturating_add(u64::from(reservation.quantity));
        }
        for order in self.orders.iter() {
            let audit = &mut audits[order.product as usize];
            audit.orders += 1;
            if let Some(charge) = &order.charge {
                takings_in(&mut audit.takings, order.currency).add(order, charge);
            }
            if !order.restocked {
                audit.counted_sold = audit.counted_sold.saturating_add(u64::from(order.quantity));
            }
        }
    }
}

fn takings_in(all: &mut Vec<Takings>, currency: Currency) -> &mut Takings {
    let place = all.iter().position(|one| one.currency == currency).unwrap_or_else(|| {
        all.push(Takings { currency, pending: 0, captured: 0, refunded: 0, refunding: 0 });
        all.len() - 1
    });
    &mut all[place]
}
