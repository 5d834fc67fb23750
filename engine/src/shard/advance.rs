//! Time moves on: what is due ends, opens, closes or is forgotten.

use smallvec::SmallVec;

use super::Shard;
use super::step::Step;
use super::warm::AHEAD;
use crate::state::{Broken, Slot};
use crate::vocabulary::event::Event;
use crate::vocabulary::limits::RETENTION;
use crate::vocabulary::time::LogTime;

/// The last moment of the year 9999. A batch that claims a later one is applied then, so no deadline overflows.
const LATEST: LogTime = LogTime(253_402_300_799_999);

impl Shard {
    /// Moves log time to `now`, never back, and ends all that is due by then, in the order in which it is due.
    pub(super) fn advance(&mut self, now: LogTime, events: &mut Vec<Event>) {
        self.now = self.now.max(now.min(LATEST));
        self.end_rechecks();
        self.forget_what_is_due();
        let mut step = Step { shard: self, events, key: None, key_is_taken: false };
        while let Some(at) = step.shard.next_deadline().filter(|&at| at <= step.now()) {
            step.end_holds(at);
            step.turn_windows(at);
        }
    }

    /// What was rechecked long enough is no task any more.
    fn end_rechecks(&mut self) {
        while let Some(reservation) = self.agenda.take_end(self.now) {
            if let Some(saga) = self.sagas.find(reservation) {
                self.agenda.note_saga(reservation, saga.is_open(self.now));
            }
            for refund in self.agenda.refunds(reservation).collect::<Vec<_>>() {
                let is_open = self.refunds.at(refund).is_open(self.now);
                self.agenda.note_refund(reservation, refund, is_open);
            }
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
                self.forget_reservation(slot);
            }
        }
    }

    /// The first few reservations that are to be forgotten by now.
    fn retained_until_now(&self) -> SmallVec<[Slot; AHEAD]> {
        let is_due = |&slot: &Slot| self.reservations.at(slot).kept_until() <= self.now;
        self.timers.retained().take(AHEAD).take_while(is_due).collect()
    }

    /// A reservation is kept as long as anything may come of its payment: another day, and then it is looked at again.
    fn forget_reservation(&mut self, slot: Slot) {
        let saga = self.sagas.find(self.reservations.at(slot).id);
        if saga.is_none_or(|saga| !saga.is_open(self.now)) {
            return self.remove_reservation(slot);
        }
        let kept_until = self.now.after(RETENTION);
        self.change_reservation(slot, |reservation| reservation.mark = kept_until.0);
        self.timers.retain(slot);
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

    /// A hold ends in any case, or a payment turns to its undoing first.
    fn end_by_time(&mut self, at: LogTime, slot: Slot) {
        let ends_at = self.shard.ends_at(slot);
        let sound = if ends_at == Some(at) { self.check_hold(slot) } else { Err(Broken) };
        self.shard.timers.disarm(at, slot);
        if ends_at.is_none() {
            return self.freeze(self.shard.reservations.at(slot).product);
        }
        if !self.run_out_of_time(at, slot, sound) {
            self.expire(slot, sound);
        }
    }

    fn turn_windows(&mut self, at: LogTime) {
        while let Some(product) = self.shard.products.take_window(at) {
            self.shard.products.change(product);
            self.emit_product(product);
        }
    }
}
