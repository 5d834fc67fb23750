//! Capturing: the pages of a shard as they are now.

use std::sync::Arc;

use crate::shard::{Shard, scalars};
use crate::state::digest::{self, Digest};
use crate::state::memory::{Record, Subject, digest_of_kept};
use crate::state::order::Order;
use crate::state::outbox::{Outbox, digest_of_consumer};
use crate::state::pages::Frozen;
use crate::state::product::{Product, describe};
use crate::state::refund::Refund;
use crate::state::reservation::Reservation;
use crate::state::saga::Saga;
use crate::state::{NONE, Slot, keyed};
use crate::vocabulary::id::ShardId;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::text::BuyerId;
use crate::vocabulary::time::LogTime;

/// A shard's state as it was at one moment. It can go to another thread, and the shard goes on meanwhile; each page
/// that the shard then changes is copied once. A clone costs what a capture does.
#[derive(Clone)]
pub struct Capture {
    pub(super) id: ShardId,
    pub(super) now: LogTime,
    pub(super) rules: u16,
    pub(super) secret: Option<[u8; 16]>,
    pub(super) sequence: u64,
    pub(super) hash: u64,
    pub(super) products: Frozen<Product>,
    pub(super) buyers: Frozen<BuyerId>,
    pub(super) reservations: Frozen<Reservation>,
    pub(super) sagas: Frozen<Saga>,
    pub(super) orders: Frozen<Order>,
    pub(super) refunds: Frozen<Refund>,
    pub(super) memory: Frozen<Record>,
    pub(super) kept: Frozen<Arc<Done>>,
    pub(super) outbox: Outbox,
}

impl Shard {
    /// The state as it is now. Cost: one pointer for every 2,048 records, and for every 32 KiB in the outbox.
    pub fn capture(&self) -> Capture {
        let (memory, kept) = self.memory.frozen();
        Capture {
            id: self.id,
            now: self.now,
            rules: self.rules,
            secret: self.secret,
            sequence: self.sequence,
            hash: self.hash(),
            products: self.products.frozen(),
            buyers: self.buyers.frozen(),
            reservations: self.reservations.frozen(),
            sagas: self.sagas.frozen(),
            orders: self.orders.frozen(),
            refunds: self.refunds.frozen(),
            memory,
            kept,
            outbox: self.outbox.clone(),
        }
    }
}

impl Capture {
    /// The state hash that the shard had.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// The log time that the shard had.
    pub fn now(&self) -> LogTime {
        self.now
    }

    /// The state hash, from every object anew. Cost: O(everything).
    pub fn recomputed_hash(&self) -> u64 {
        let mut digest = Digest::default();
        self.products.iter().for_each(|product| digest.add(self.product_digest(product)));
        for reservation in self.reservations.iter() {
            digest.add(
                reservation
                    .digest(self.product_hash(reservation.product), self.buyer_hash(reservation.buyer)),
            );
        }
        self.sagas.iter().for_each(|saga| digest.add(saga.digest()));
        for order in self.orders.iter() {
            digest.add(order.digest(self.product_hash(order.product), self.buyer_hash(order.buyer)));
        }
        self.refunds.iter().for_each(|refund| digest.add(refund.digest(self.orders.at(refund.order).id)));
        self.memory.iter().for_each(|record| digest.add(self.record_digest(record)));
        self.outbox.pages().for_each(|page| digest.add(page.digest()));
        for (consumer, &sequence) in self.outbox.consumers() {
            digest.add(digest_of_consumer(consumer, sequence));
        }
        scalars(self.now, self.rules, self.secret, self.sequence).wrapping_add(digest.sum())
    }

    fn product_digest(&self, product: &Product) -> u64 {
        let described = describe(&product.id, &product.description);
        Product { described, ..product.clone() }.digest()
    }

    fn record_digest(&self, record: &Record) -> u64 {
        let subject = match record.act.subject() {
            Subject::Kept => digest_of_kept(self.kept.at(record.subject)),
            Subject::Refund => digest::of_id(self.refunds.at(record.subject).id.0),
            Subject::Reservation => digest::of_id(self.reservations.at(record.subject).id.0),
        };
        let owner = if record.owner == NONE { 0 } else { self.buyer_hash(record.owner) };
        record.digest(subject, owner)
    }

    fn product_hash(&self, slot: Slot) -> u64 {
        keyed::of_text(&self.key(), &self.products.at(slot).id)
    }

    fn buyer_hash(&self, slot: Slot) -> u64 {
        keyed::of_text(&self.key(), self.buyers.at(slot))
    }

    /// Before the shard is founded there is nothing to hash.
    fn key(&self) -> [u8; 16] {
        self.secret.unwrap_or_default()
    }
}
