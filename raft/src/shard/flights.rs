//! Proposals in flight: handed to Raft, and not yet known to be committed or lost.

use std::collections::BTreeMap;

use engine::Proposal;

use super::twins::Waiter;

/// How many proposals may be in flight at once, so that fsync and replication overlap.
pub(super) const FLIGHTS_MAX: usize = 4;

/// A command on its way into the log. Who waits for a keyed one stands with its key; for another one, here.
#[derive(Debug)]
pub(super) struct Item<R> {
    /// The command, its key and its deadline.
    pub(super) proposal: Proposal,
    /// Who waits for it, if it has no key.
    pub(super) waiter: Option<Waiter<R>>,
    /// When it came, as [`super::clock::Moment::micros`].
    pub(super) arrived: u64,
    /// Whether the gate let a payment in for it.
    pub(super) pays: bool,
}

/// The items of one proposal, in the order of its batch.
#[derive(Debug)]
pub(super) struct Flight<R> {
    /// Its items.
    pub(super) items: Vec<Item<R>>,
    /// When it went, as [`super::clock::Moment::micros`].
    pub(super) proposed: u64,
}

/// The proposals in flight, by number.
#[derive(Debug)]
pub(super) struct Flights<R> {
    next_nonce: u64,
    flying: BTreeMap<u64, Flight<R>>,
}

impl<R> Flights<R> {
    /// None in flight; numbers begin behind `nonce`.
    pub(super) fn new(nonce: u64) -> Flights<R> {
        Flights { next_nonce: nonce, flying: BTreeMap::new() }
    }

    /// The number of the next proposal.
    pub(super) fn next_nonce(&self) -> u64 {
        self.next_nonce
    }

    /// Whether another proposal may go.
    pub(super) fn has_room(&self) -> bool {
        self.flying.len() < FLIGHTS_MAX
    }

    /// Whether none is in flight.
    pub(super) fn is_empty(&self) -> bool {
        self.flying.is_empty()
    }

    /// A proposal goes, at `proposed`.
    pub(super) fn go(&mut self, items: Vec<Item<R>>, proposed: u64) {
        self.flying.insert(self.next_nonce, Flight { items, proposed });
        self.next_nonce = self.next_nonce.wrapping_add(1);
    }

    /// What came of a proposal is known.
    pub(super) fn land(&mut self, nonce: u64) -> Option<Flight<R>> {
        self.flying.remove(&nonce)
    }

    /// Takes out every waiter, of those without a key, whose time is up.
    pub(super) fn overdue(&mut self, now: engine::LogTime) -> Vec<Waiter<R>> {
        let items = self.flying.values_mut().flat_map(|flight| &mut flight.items);
        items.filter_map(|item| item.waiter.take_if(|waiter| waiter.not_after < now)).collect()
    }

    /// Takes out every waiter of those without a key.
    pub(super) fn drain(&mut self) -> Vec<Waiter<R>> {
        let flying = std::mem::take(&mut self.flying);
        flying.into_values().flat_map(|flight| flight.items).filter_map(|item| item.waiter).collect()
    }
}
