//! Twins: sends of one idempotency key while the first of them is under way. They wait for it and share its answer.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use engine::{Fingerprint, LogTime};

/// How many sends of one key may wait. A caller repeats itself a few times, from a few nodes; who sends more than that
/// gains nothing, and each of them takes memory.
pub(super) const WAITERS_MAX: usize = 16;

/// Who waits for a reply, and until when.
#[derive(Debug)]
pub(super) struct Waiter<R> {
    /// How to reply.
    pub(super) reply: R,
    /// When the sender ceases to wait.
    pub(super) not_after: LogTime,
}

/// What joining came to.
pub(super) enum Joined<R> {
    /// Nobody else is under way with this key: the waiter is now its first.
    First,
    /// An earlier send is under way: the waiter shares its answer.
    Waits,
    /// An earlier send is under way with the same key and another request.
    Reused(Waiter<R>),
    /// An earlier send is under way, and [`WAITERS_MAX`] wait for it already.
    Full(Waiter<R>),
}

/// The keys under way on this leader.
#[derive(Debug)]
pub(super) struct Twins<R> {
    by_scope: HashMap<[u8; 16], Twin<R>>,
}

#[derive(Debug)]
struct Twin<R> {
    request: [u8; 16],
    waiters: Vec<Waiter<R>>,
}

impl<R> Default for Twins<R> {
    fn default() -> Twins<R> {
        Twins { by_scope: HashMap::new() }
    }
}

impl<R> Twins<R> {
    /// Whether a send of this key is under way.
    pub(super) fn knows(&self, key: &Fingerprint) -> bool {
        self.by_scope.contains_key(&key.scope)
    }

    /// `waiter` comes with `key`.
    pub(super) fn join(&mut self, key: &Fingerprint, waiter: Waiter<R>) -> Joined<R> {
        match self.by_scope.entry(key.scope) {
            Entry::Vacant(vacant) => {
                vacant.insert(Twin { request: key.request, waiters: vec![waiter] });
                Joined::First
            }
            Entry::Occupied(twin) if twin.get().request != key.request => Joined::Reused(waiter),
            Entry::Occupied(twin) if twin.get().waiters.len() >= WAITERS_MAX => Joined::Full(waiter),
            Entry::Occupied(mut twin) => {
                twin.get_mut().waiters.push(waiter);
                Joined::Waits
            }
        }
    }

    /// The key is not under way any more: everyone who waits for it, in the order of arrival.
    pub(super) fn settle(&mut self, key: &Fingerprint) -> Vec<Waiter<R>> {
        self.by_scope.remove(&key.scope).map(|twin| twin.waiters).unwrap_or_default()
    }

    /// Takes out everyone whose time is up. The keys stay under way.
    pub(super) fn overdue(&mut self, now: LogTime) -> Vec<Waiter<R>> {
        let waiters = self.by_scope.values_mut().map(|twin| &mut twin.waiters);
        waiters.flat_map(|waiters| waiters.extract_if(.., |waiter| waiter.not_after < now)).collect()
    }

    /// Takes out everyone.
    pub(super) fn drain(&mut self) -> Vec<Waiter<R>> {
        self.by_scope.drain().flat_map(|(_, twin)| twin.waiters).collect()
    }
}
