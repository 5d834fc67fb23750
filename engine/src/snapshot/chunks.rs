//! Encoding a capture, chunk by chunk.

use std::iter;
use std::sync::Arc;

use super::capture::Capture;
use super::format::{ChargeRow, Counts, End, Header, LaneRow, PayoutRow, Section};
use super::rows::{self, Places};
use crate::codec;
use crate::state::Slot;
use crate::state::directory::Directory;
use crate::state::order::Order;
use crate::state::outbox::Page as OutboxPage;
use crate::state::page::{PAGE, Page};
use crate::state::pages::Frozen;
use crate::state::product::Product;
use crate::state::refund::Refund;

impl Capture {
    /// The snapshot in chunks of about 64 KiB, less where pages are sparse, to be loaded in this order. Cost: each
    /// chunk is encoded when it is asked for, in some hundred microseconds.
    pub fn chunks(self) -> impl Iterator<Item = Vec<u8>> + Send {
        let places = Arc::new(Places {
            products: self.products.ranks(),
            buyers: self.buyers.ranks(),
            reservations: self.reservations.ranks(),
            orders: self.orders.ranks(),
            refunds: self.refunds.ranks(),
            kept: self.kept.ranks(),
        });
        let [p, q, r, s] = [(); 4].map(|()| Arc::clone(&places));
        let (lanes, charges, payouts) = (self.lanes(&places), self.charges(&places), self.payouts(&places));
        let (consumers, outbox) = (self.consumers(), self.outbox());
        let (header, end) = (Section::Header(self.header()), Section::End(self.end()));
        iter::once(header)
            .chain(sections(self.products, 8, Section::Products, rows::product))
            .chain(lanes)
            .chain(sections(self.buyers, 96, Section::Buyers, Clone::clone))
            .chain(sections(self.sagas, 2, Section::Sagas, Clone::clone))
            .chain(sections(self.reservations, 24, Section::Reservations, move |record| {
                p.reservation(record)
            }))
            .chain(sections(self.orders, 16, Section::Orders, move |record| q.order(record)))
            .chain(charges)
            .chain(sections(self.refunds, 48, Section::Refunds, move |record| r.refund(record)))
            .chain(payouts)
            .chain(sections(self.kept, 8, Section::Kept, |done| done.as_ref().clone()))
            .chain(
                sections(self.memory, 40, Section::Memory, move |record| s.memory(record))
                    .filter(|_| is_remembered()),
            )
            .chain(consumers)
            .chain(outbox)
            .chain(iter::once(end))
            .map(|section| codec::encode(&section))
    }

    /// How far each consumer of the outbox is, if there are any.
    fn consumers(&self) -> impl Iterator<Item = Section> + use<> {
        let consumers = self.outbox.consumers().iter().map(|(name, &sequence)| (name.clone(), sequence));
        let consumers: Vec<_> = consumers.collect();
        (!consumers.is_empty()).then_some(Section::Consumers(consumers)).into_iter()
    }

    /// The outbox, a page a chunk.
    fn outbox(&self) -> impl Iterator<Item = Section> + use<> {
        let pages: Vec<_> = self.outbox.pages().cloned().collect();
        pages.into_iter().map(|page| Section::Outbox(vec![OutboxPage::clone(&page)]))
    }

    /// What of the products only lanes have.
    fn lanes(&self, places: &Arc<Places>) -> impl Iterator<Item = Section> + use<> {
        let places = Arc::clone(places);
        of_some(self.products.pages.clone(), 8, Section::Lanes, move |slot, product: &Product| {
            let lane = product.lane.as_deref()?.clone();
            Some(LaneRow { product: places.products.of(slot), lane })
        })
    }

    /// What of the orders only those have that the provider takes the money for.
    fn charges(&self, places: &Arc<Places>) -> impl Iterator<Item = Section> + use<> {
        let places = Arc::clone(places);
        of_some(self.orders.pages.clone(), 16, Section::Charges, move |slot, order: &Order| {
            let charge = order.charge.as_deref()?.clone();
            Some(ChargeRow { order: places.orders.of(slot), charge })
        })
    }

    /// What of the refunds only those by the provider have.
    fn payouts(&self, places: &Arc<Places>) -> impl Iterator<Item = Section> + use<> {
        let places = Arc::clone(places);
        of_some(self.refunds.pages.clone(), 16, Section::Payouts, move |slot, refund: &Refund| {
            let payout = refund.payout.as_deref()?.clone();
            Some(PayoutRow { refund: places.refunds.of(slot), payout })
        })
    }

    fn header(&self) -> Header {
        Header {
            shard: self.id,
            now: self.now,
            rules: self.rules,
            secret: self.secret,
            sequence: self.sequence,
        }
    }

    fn end(&self) -> End {
        let counts = Counts {
            products: self.products.len(),
            buyers: self.buyers.len(),
            reservations: self.reservations.len(),
            orders: self.orders.len(),
            refunds: self.refunds.len(),
            kept: self.kept.len(),
            memory: self.memory.len(),
        };
        End { counts, hash: self.hash }
    }
}

/// The sections of one kind, a number of pages each.
fn sections<T, Row>(
    frozen: Frozen<T>,
    pages: usize,
    section: impl Fn(Vec<Row>) -> Section,
    row: impl Fn(&T) -> Row,
) -> impl Iterator<Item = Section> {
    let mut rest = frozen.pages.into_pages();
    iter::from_fn(move || {
        let some = rest.by_ref().take(pages).collect::<Vec<Arc<Page<T>>>>();
        (!some.is_empty()).then_some(some)
    })
    .map(move |pages| section(pages.iter().flat_map(|page| page.iter()).map(&row).collect()))
}

/// Sections about those records that have more to tell, a number of pages each, and none about none.
fn of_some<T, Row>(
    pages: Directory<T>,
    each: usize,
    section: impl Fn(Vec<Row>) -> Section,
    row: impl Fn(Slot, &T) -> Option<Row>,
) -> impl Iterator<Item = Section> {
    let mut rest = pages.into_pages().peekable();
    let mut next = 0;
    iter::from_fn(move || {
        rest.peek()?;
        let rows = rest.by_ref().take(each).flat_map(|page| {
            let first = next;
            next += Slot::try_from(PAGE).unwrap_or(Slot::MAX);
            let rows = page.numbered().filter_map(|(offset, record)| row(first + offset, record));
            rows.collect::<Vec<_>>()
        });
        Some(rows.collect::<Vec<_>>())
    })
    .filter(|rows| !rows.is_empty())
    .map(section)
}

/// What is remembered of keys is part of a snapshot, unless a bug is planted.
fn is_remembered() -> bool {
    #[cfg(feature = "planted")]
    if crate::planted::has(crate::planted::Bug::KeysNotInSnapshot) {
        return false;
    }
    true
}
