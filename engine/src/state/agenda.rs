//! Which sagas have something to be done outside. All of it follows from the records, and is in no snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::Slot;
use crate::vocabulary::id::ReservationId;
use crate::vocabulary::time::LogTime;

/// The open sagas and refunds, by reservation.
#[derive(Default)]
pub(crate) struct Agenda {
    /// Reservations some try of which is open.
    sagas: BTreeSet<ReservationId>,
    /// Refunds by the provider that are to be looked after. An order's refunds outlive its reservation.
    refunds: BTreeMap<ReservationId, BTreeSet<Slot>>,
    /// When some of what is open is open no more by itself. What became of it since, one sees by looking.
    ends: BTreeSet<(LogTime, ReservationId)>,
    /// What changed since the owner last asked.
    changed: BTreeSet<ReservationId>,
}

impl Agenda {
    /// A saga changed, and is open since or not.
    pub(crate) fn note_saga(&mut self, reservation: ReservationId, is_open: bool) {
        if is_open {
            self.sagas.insert(reservation);
        } else {
            self.sagas.remove(&reservation);
        }
        self.changed.insert(reservation);
    }

    /// A refund changed, and is open since or not.
    pub(crate) fn note_refund(&mut self, reservation: ReservationId, refund: Slot, is_open: bool) {
        let refunds = self.refunds.entry(reservation).or_default();
        if is_open {
            refunds.insert(refund);
        } else {
            refunds.remove(&refund);
        }
        if refunds.is_empty() {
            self.refunds.remove(&reservation);
        }
        self.changed.insert(reservation);
    }

    /// Something of a reservation is open until then.
    pub(crate) fn note_end(&mut self, reservation: ReservationId, at: LogTime) {
        self.ends.insert((at, reservation));
    }

    /// When something that is open ends by itself, in order.
    pub(crate) fn ends(&self) -> impl Iterator<Item = LogTime> {
        self.ends.iter().map(|&(at, _)| at)
    }

    /// A reservation of which something was open until `now` or earlier. It is told once, and counts as changed.
    pub(crate) fn take_end(&mut self, now: LogTime) -> Option<ReservationId> {
        self.ends.first().filter(|(at, _)| *at <= now)?;
        let (_, reservation) = self.ends.pop_first()?;
        self.changed.insert(reservation);
        Some(reservation)
    }

    /// The open refunds of a reservation's order.
    pub(crate) fn refunds(&self, reservation: ReservationId) -> impl Iterator<Item = Slot> {
        self.refunds.get(&reservation).into_iter().flatten().copied()
    }

    /// All that is open behind `after`, in the order of the ids.
    pub(crate) fn open(&self, after: Option<ReservationId>) -> impl Iterator<Item = ReservationId> {
        let range = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let mut sagas = self.sagas.range(range).copied().peekable();
        let mut refunds = self.refunds.range(range).map(|(&id, _)| id).peekable();
        std::iter::from_fn(move || {
            let next = sagas.peek().copied().into_iter().chain(refunds.peek().copied()).min()?;
            sagas.next_if_eq(&next);
            refunds.next_if_eq(&next);
            Some(next)
        })
    }

    /// What changed since this was last asked.
    pub(crate) fn take_changed(&mut self) -> BTreeSet<ReservationId> {
        std::mem::take(&mut self.changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::id::ShardId;

    fn id(number: u64) -> ReservationId {
        ReservationId::new(ShardId(0), 0, number)
    }

    #[test]
    fn what_is_open_comes_in_order_and_once() {
        let mut agenda = Agenda::default();
        [3, 1, 2].into_iter().for_each(|number| agenda.note_saga(id(number), true));
        [2, 4].into_iter().for_each(|number| agenda.note_refund(id(number), 7, true));
        assert_eq!(agenda.open(None).collect::<Vec<_>>(), [1, 2, 3, 4].map(id));
        assert_eq!(agenda.open(Some(id(2))).collect::<Vec<_>>(), [3, 4].map(id));
        agenda.note_saga(id(1), false);
        agenda.note_saga(id(2), false);
        agenda.note_refund(id(4), 7, false);
        assert_eq!(agenda.open(None).collect::<Vec<_>>(), [2, 3].map(id));
        assert!(agenda.refunds(id(2)).eq([7]) && agenda.refunds(id(4)).next().is_none());
    }

    #[test]
    fn what_ends_by_itself_is_told_when_it_does() {
        let mut agenda = Agenda::default();
        [(1, 20), (2, 10), (1, 20)].into_iter().for_each(|(one, at)| agenda.note_end(id(one), LogTime(at)));
        assert_eq!(agenda.take_end(LogTime(9)), None);
        assert_eq!(agenda.take_end(LogTime(20)), Some(id(2)));
        assert_eq!(agenda.take_end(LogTime(20)), Some(id(1)));
        assert_eq!(agenda.take_end(LogTime(20)), None);
        assert_eq!(agenda.take_changed().into_iter().collect::<Vec<_>>(), [1, 2].map(id));
    }

    #[test]
    fn what_changed_is_told_once_also_if_nothing_is_left_of_it() {
        let mut agenda = Agenda::default();
        agenda.note_saga(id(1), true);
        agenda.note_saga(id(1), false);
        assert_eq!(agenda.take_changed().into_iter().collect::<Vec<_>>(), [id(1)]);
        assert!(agenda.take_changed().is_empty());
    }
}
