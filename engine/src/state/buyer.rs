//! Buyers: who has something here, how much of what, and how many answers are remembered for them.

use std::hint::black_box;

use super::chain::Chain;
use super::chunks::Chunks;
use super::pages::{Frozen, Pages};
use super::shares::{Place, Shares};
use super::table::Table;
use super::{NONE, Slot};
use crate::vocabulary::text::BuyerId;

/// What is counted for one buyer. All of it follows from the records that name the buyer.
#[derive(Default)]
struct Counts {
    /// The keyed hash of the buyer's id.
    hash: u64,
    /// How many records name the buyer. With the last one the buyer is forgotten.
    uses: u32,
    /// How many answers are remembered.
    keys: u32,
    shares: Shares,
}

/// All buyers that some record names.
#[derive(Default)]
pub(crate) struct Buyers {
    names: Pages<BuyerId>,
    counts: Chunks<Counts>,
    index: Table,
    live: Chain,
}

impl Buyers {
    pub(crate) fn find(&self, hash: u64, id: &str) -> Option<Slot> {
        self.index.find(hash, |slot| &**self.names.at(slot) == id)
    }

    /// Reads ahead for [`Buyers::find`].
    pub(crate) fn warm(&self, hash: u64) {
        self.index.warm(hash);
    }

    /// Reads ahead what is likely the buyer with this hash.
    pub(crate) fn warm_record(&self, hash: u64) -> Option<Slot> {
        let slot = self.index.likely(hash)?;
        black_box((self.names.get(slot).is_some(), self.keys(slot)));
        Some(slot)
    }

    /// Reads ahead what is counted for a buyer.
    pub(crate) fn warm_counts(&self, slot: Slot) {
        black_box(self.keys(slot));
    }

    /// Reads ahead what a buyer's record names: the id, and the first live reservation.
    pub(crate) fn warm_rest(&self, slot: Slot) {
        black_box(self.names.at(slot).as_bytes().first());
        if let Some(Shares::One(share)) = self.shares(slot) {
            self.live.warm(share.live);
        }
    }

    /// The buyer with this id, new if need be. Without a record that [`uses`](Buyers::name) it, it must not stay.
    pub(crate) fn find_or_add(&mut self, hash: u64, id: &BuyerId) -> Slot {
        if let Some(slot) = self.find(hash, id) {
            return slot;
        }
        let slot = self.names.insert(id.clone());
        *self.counts.at_mut(slot) = Counts { hash, ..Counts::default() };
        self.index.insert(hash, slot);
        slot
    }

    pub(crate) fn id(&self, slot: Slot) -> &BuyerId {
        self.names.at(slot)
    }

    pub(crate) fn hash(&self, slot: Slot) -> u64 {
        self.counts.get(slot).map_or(0, |counts| counts.hash)
    }

    /// One more record names the buyer.
    pub(crate) fn name(&mut self, slot: Slot) {
        self.counts.at_mut(slot).uses += 1;
    }

    /// A record that named the buyer is gone.
    pub(crate) fn unname(&mut self, slot: Slot) {
        let counts = self.counts.at_mut(slot);
        counts.uses = counts.uses.saturating_sub(1);
        if counts.uses == 0 {
            let hash = counts.hash;
            *counts = Counts::default();
            self.index.remove(hash, slot);
            self.names.remove(slot);
        }
    }

    pub(crate) fn keys(&self, slot: Slot) -> u32 {
        self.counts.get(slot).map_or(0, |counts| counts.keys)
    }

    /// One more answer is remembered, in a record that names the buyer.
    pub(crate) fn add_key(&mut self, slot: Slot) {
        self.counts.at_mut(slot).keys += 1;
        self.name(slot);
    }

    pub(crate) fn remove_key(&mut self, slot: Slot) {
        let counts = self.counts.at_mut(slot);
        counts.keys = counts.keys.saturating_sub(1);
        self.unname(slot);
    }

    /// Units of one product that count against the limit.
    pub(crate) fn units(&self, slot: Slot, place: Place) -> u32 {
        self.shares(slot).and_then(|shares| shares.get(place)).map_or(0, |share| share.units)
    }

    /// The same over all products of a group.
    pub(crate) fn units_of_group(&self, slot: Slot, group: u32) -> u64 {
        self.shares(slot).map_or(0, |shares| shares.units_of_group(group))
    }

    pub(crate) fn add_units(&mut self, slot: Slot, place: Place, units: u32) {
        self.counts.at_mut(slot).shares.add(place, units);
    }

    pub(crate) fn remove_units(&mut self, slot: Slot, place: Place, units: u32) {
        self.counts.at_mut(slot).shares.subtract(place, units);
    }

    /// Lists a live reservation whose units were added before.
    pub(crate) fn list(&mut self, slot: Slot, place: Place, reservation: Slot) {
        if let Some(share) = self.counts.at_mut(slot).shares.get_mut(place) {
            self.live.push(&mut share.live, reservation);
        }
    }

    /// Takes a reservation that is no longer live off the list, before its units are removed.
    pub(crate) fn unlist(&mut self, slot: Slot, place: Place, reservation: Slot) {
        if let Some(share) = self.counts.at_mut(slot).shares.get_mut(place) {
            self.live.remove(&mut share.live, reservation);
        }
    }

    /// Live reservations of one product, newest first.
    pub(crate) fn live(&self, slot: Slot, place: Place) -> impl Iterator<Item = Slot> {
        let share = self.shares(slot).and_then(|shares| shares.get(place));
        self.live.iter_back(share.map_or(NONE, |share| share.live))
    }

    /// Live reservations of a group's products: product by product as they were created, newest first.
    pub(crate) fn live_of_group(&self, slot: Slot, group: u32) -> impl Iterator<Item = Slot> {
        /// A buyer of more products than that is not told of holds on the later ones.
        const PRODUCTS_SEEN: usize = 1_000;
        let shares = self.shares(slot).into_iter().flat_map(move |shares| shares.of_group(group));
        shares.take(PRODUCTS_SEEN).flat_map(|share| self.live.iter_back(share.live))
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn frozen(&self) -> Frozen<BuyerId> {
        self.names.frozen()
    }

    fn shares(&self, slot: Slot) -> Option<&Shares> {
        self.counts.get(slot).map(|counts| &counts.shares)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_for_a_buyer_takes_40_bytes() {
        assert_eq!(size_of::<Counts>(), 40);
    }
}
