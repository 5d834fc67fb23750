//! The state of one shard, and everything that is done to it.

mod admission;
mod advance;
mod answers;
mod apply;
mod commands;
mod ends;
mod lanes;
mod objects;
mod outbox;
mod room;
mod saga;
mod step;
#[cfg(test)]
mod tests;
mod views;
mod warm;

pub use outbox::NotTold;
pub use room::Room;
pub use warm::AHEAD;

use crate::state::agenda::Agenda;
use crate::state::buyer::Buyers;
use crate::state::digest::{Digest, Kind, Mix};
use crate::state::memory::Memory;
use crate::state::order::Orders;
use crate::state::outbox::Outbox;
use crate::state::product::Products;
use crate::state::refund::Refunds;
use crate::state::reservation::Reservations;
use crate::state::sagas::Sagas;
use crate::state::timers::Timers;
use crate::vocabulary::id::ShardId;
use crate::vocabulary::text::ProductId;
use crate::vocabulary::time::LogTime;
use crate::vocabulary::view::ProductView;

/// The state of one shard: products with their stock, holds, payment sagas, orders, refunds, limits and idempotency
/// memory.
///
/// It changes only by [`Shard::apply`], and equal batches make equal states, told by [`Shard::hash`]. A hold costs
/// about 200 bytes with its indexes, its timer and its buyer, a remembered answer about 64.
pub struct Shard {
    pub(crate) id: ShardId,
    pub(crate) now: LogTime,
    pub(crate) rules: u16,
    pub(crate) secret: Option<[u8; 16]>,
    pub(crate) sequence: u64,
    pub(crate) products: Products,
    pub(crate) buyers: Buyers,
    pub(crate) reservations: Reservations,
    pub(crate) sagas: Sagas,
    pub(crate) orders: Orders,
    pub(crate) refunds: Refunds,
    pub(crate) memory: Memory,
    pub(crate) timers: Timers,
    pub(crate) agenda: Agenda,
    pub(crate) outbox: Outbox,
    /// The sum over all objects but the products that changed and are not settled yet.
    pub(crate) digest: Digest,
}

impl Shard {
    /// An empty shard, which refuses everything until it is founded.
    pub fn new(id: ShardId) -> Shard {
        Shard {
            id,
            now: LogTime::default(),
            rules: 1,
            secret: None,
            sequence: 0,
            products: Products::default(),
            buyers: Buyers::default(),
            reservations: Reservations::default(),
            sagas: Sagas::default(),
            orders: Orders::default(),
            refunds: Refunds::default(),
            memory: Memory::default(),
            timers: Timers::default(),
            agenda: Agenda::default(),
            outbox: Outbox::default(),
            digest: Digest::default(),
        }
    }

    /// Which shard this is.
    pub fn id(&self) -> ShardId {
        self.id
    }

    /// The log time of the last batch.
    pub fn now(&self) -> LogTime {
        self.now
    }

    /// The version of the rules in force.
    pub fn rules(&self) -> u16 {
        self.rules
    }

    /// What keys the hashes of all that outsiders choose; none before the shard is founded.
    pub fn secret(&self) -> Option<&[u8; 16]> {
        self.secret.as_ref()
    }

    /// How many events there have been.
    pub fn event_sequence(&self) -> u64 {
        self.sequence
    }

    /// The state hash: a function of the content alone. Cost: O(1); it is kept up as the state changes.
    pub fn hash(&self) -> u64 {
        scalars(self.now, self.rules, self.secret, self.sequence).wrapping_add(self.digest.sum())
    }

    /// The state hash, from every object anew: for tests and audits. Cost: O(everything).
    pub fn recomputed_hash(&self) -> u64 {
        self.capture().recomputed_hash()
    }

    /// All products, in the order of their ids.
    pub fn products(&self) -> impl Iterator<Item = ProductView> {
        self.products.in_order().map(|product| product.view(self.now))
    }

    /// One product.
    pub fn product(&self, id: &ProductId) -> Option<ProductView> {
        let slot = self.products.find(self.secret.as_ref()?, id)?;
        Some(self.products.at(slot).view(self.now))
    }

    /// The products that changed since this was last asked, each once; all of them after a load. This is not part of
    /// the replicated state: ask after each apply, or it remembers up to one word per product.
    pub fn touched(&mut self) -> Vec<ProductView> {
        let slots = self.products.take_touched();
        slots.into_iter().map(|slot| self.products.at(slot).view(self.now)).collect()
    }
}

/// The part of the state hash that stands for what is not an object.
pub(crate) fn scalars(now: LogTime, rules: u16, secret: Option<[u8; 16]>, sequence: u64) -> u64 {
    let mix = Mix::new(Kind::Scalars).word(now.0).word(u64::from(rules)).word(sequence);
    secret.map_or(mix, |secret| mix.id(secret)).end()
}
