//! Time moves on: what is due ends, opens, closes or is forgotten.

use smallvec::SmallVec;

use super::Shard;
use super::step::Step;
use super::warm::AHEAD;
use crate::state::{Broken, Slot};
use crate::vocabulary::event::Event;
use crate::vocabulary::time::LogTime;
use crate::vocabulary::view::ReservationStatus;

/// The last moment of the year 9999. A batch that claims a later one is applied then, so no deadline overflows.
const LATEST: LogTime = LogTime(253_402_300_799_999);

impl Shard {
    /// Moves log time to `now`, never back, and ends all that is due by then, in the order in which it is due.
    pub(super) fn advance(&mut self, now: LogTime, events: &mut Vec<Event>) {
        self.now = self.now.max(now.min(LATEST));
        self.forget_what_is_due();
        let mut step = Step { shard: self, events, key: None, key_is_taken: false };
        while let Some(at) = step.shard.next_deadline().filter(|&at| at <= step.now()) {
            step.end_holds(at);
            step.turn_windows(at);
        }
    }

    /// Records go before reservations, for they name them.
    fn forget_what_is_due(&mut self) {
        while let Some(record) = self.memory.take_due(self.now) {
            self.forget(&record);
        }
        loop {
            let due = self.retained_until_now();
            if due.is_empty() {
                return;
            }
            self.warm_removals(&due);
            for slot in due {
                self.timers.release(slot);
                self.remove_reservation(slot);
            }
        }
    }

    /// The first few reservations that are to be forgotten by now.
    fn retained_until_now(&self) -> SmallVec<[Slot; AHEAD]> {
        let is_due = |&slot: &Slot| self.reservations.at(slot).kept_until() <= self.now;
        self.timers.retained().take(AHEAD).take_while(is_due).collect()
    }
}

impl Step<'_> {
    /// Ends the holds and payments that are due at `at`, in the order of their ids, for slots differ between replicas.
    fn end_holds(&mut self, at: LogTime) {
        let id = |slot: Slot| self.shard.reservations.at(slot).id;
        let mut due = self.shard.timers.at(at).map(|slot| (id(slot), slot)).collect::<Vec<_>>();
        due.sort_unstable();
        for due in due.chunks(AHEAD) {
            self.shard.warm_ends(due.iter().map(|&(_, slot)| slot));
            due.iter().for_each(|&(_, slot)| self.end_by_time(at, slot));
        }
        self.shard.timers.clear(at);
    }

    /// A hold ends in any case. If the books do not allow it, they stay as they are, for whoever looks.
    fn end_by_time(&mut self, at: LogTime, slot: Slot) {
        let reservation = self.shard.reservations.at(slot);
        let (product, ends_at) = (reservation.product, reservation.ends_at());
        let sound = if ends_at == Some(at) { self.check_hold(slot) } else { Err(Broken) };
        self.shard.timers.disarm(at, slot);
        if sound.and_then(|()| self.free_units(slot)).is_err() {
            self.freeze(product);
        }
        if ends_at.is_some() {
            self.finish(slot, ReservationStatus::Expired);
        }
    }

    fn turn_windows(&mut self, at: LogTime) {
        while let Some(product) = self.shard.products.take_window(at) {
            self.shard.products.change(product);
            self.emit_product(product);
        }
    }
}
