//! All sagas of a shard, by reservation, and the alarms that they make.

use super::Slot;
use super::keyed;
use super::pages::{Frozen, Pages};
use super::saga::Saga;
use super::table::Table;
use crate::vocabulary::id::ReservationId;
use crate::vocabulary::view::Alarms;

/// The sagas. One lies here as long as its reservation does.
#[derive(Default)]
pub(crate) struct Sagas {
    pages: Pages<Saga>,
    index: Table,
    alarms: Alarms,
}

impl Sagas {
    /// The saga of a reservation. Cost: nothing worth naming on a shard where nobody pays by the provider.
    pub(crate) fn find(&self, reservation: ReservationId) -> Option<&Saga> {
        Some(self.pages.at(self.slot(reservation)?))
    }

    /// Adds the saga of a reservation that has none.
    pub(crate) fn add(&mut self, saga: Saga) {
        self.count(&Alarms::default(), &saga.alarms());
        let hash = keyed::of_random(saga.reservation.random());
        let slot = self.pages.insert(saga);
        self.index.insert(hash, slot);
    }

    /// Changes the saga of a reservation, if it has one, and tells how it was before.
    pub(crate) fn change(
        &mut self,
        reservation: ReservationId,
        change: impl FnOnce(&mut Saga),
    ) -> Option<Saga> {
        let slot = self.slot(reservation)?;
        let saga = self.pages.at_mut(slot);
        let before = saga.clone();
        change(saga);
        let alarms = saga.alarms();
        self.count(&before.alarms(), &alarms);
        Some(before)
    }

    pub(crate) fn remove(&mut self, reservation: ReservationId) -> Option<Saga> {
        let slot = self.slot(reservation)?;
        let removed = self.pages.remove(slot)?;
        self.index.remove(keyed::of_random(reservation.random()), slot);
        self.count(&removed.alarms(), &Alarms::default());
        Some(removed)
    }

    pub(crate) fn alarms(&self) -> Alarms {
        self.alarms
    }

    pub(crate) fn len(&self) -> usize {
        self.pages.len()
    }

    pub(crate) fn frozen(&self) -> Frozen<Saga> {
        self.pages.frozen()
    }

    fn slot(&self, reservation: ReservationId) -> Option<Slot> {
        if self.pages.len() == 0 {
            return None;
        }
        let hash = keyed::of_random(reservation.random());
        self.index.find(hash, |slot| self.pages.at(slot).reservation == reservation)
    }

    fn count(&mut self, before: &Alarms, after: &Alarms) {
        let all = &mut self.alarms;
        all.unsettled = all.unsettled + after.unsettled - before.unsettled;
        all.compensating = all.compensating + after.compensating - before.compensating;
        all.capture_failed = all.capture_failed + after.capture_failed - before.capture_failed;
    }
}
