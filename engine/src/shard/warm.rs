//! Reading ahead: what commands are going to look up is fetched from memory before it is needed.
//!
//! In a large shard nearly every look-up waits for memory, and those of one command wait one after the other. Those of
//! many commands need not: to read all their places first, and do nothing with what is there, makes the processor wait
//! for many of them at once. Nothing here changes anything, or decides anything.

use super::Shard;
use crate::state::{Slot, keyed};
use crate::vocabulary::batch::Proposal;
use crate::vocabulary::command::{Command, Reserve};
use crate::vocabulary::id::ReservationId;

/// For how many commands is read ahead. What they need should fit into the processor's first cache together.
pub(super) const AHEAD: usize = 32;

/// Where a command is going to look.
#[derive(Clone, Copy, Default)]
enum Target {
    #[default]
    Nothing,
    /// For the buyer with this hash.
    Buyer(u64),
    Reservation(ReservationId),
    FoundBuyer(Slot),
    FoundReservation(Slot),
}

impl Shard {
    /// Reads ahead for up to [`AHEAD`] proposals: the places in the indexes, then the records that are named there,
    /// then what those name.
    pub(super) fn warm(&self, proposals: &[Proposal]) {
        let Some(secret) = &self.secret else { return };
        let mut targets = [Target::Nothing; AHEAD];
        let targets = &mut targets[..proposals.len().min(AHEAD)];
        for (target, proposal) in targets.iter_mut().zip(proposals) {
            if let Some(key) = &proposal.key {
                self.memory.warm(&key.scope);
            }
            *target = self.warm_index(secret, &proposal.command);
        }
        targets.iter_mut().for_each(|target| *target = self.warm_record(*target));
        targets.iter().for_each(|target| self.warm_rest(*target));
    }

    /// Reads ahead for up to [`AHEAD`] reservations that are about to end.
    pub(super) fn warm_ends(&self, slots: impl Iterator<Item = Slot> + Clone) {
        slots.clone().for_each(|slot| self.buyers.warm_counts(self.reservations.at(slot).buyer));
        slots.for_each(|slot| self.warm_rest(Target::FoundReservation(slot)));
    }

    /// Reads ahead for as many that are about to be forgotten, maybe with their buyers.
    pub(super) fn warm_removals(&self, slots: &[Slot]) {
        for &slot in slots {
            let reservation = self.reservations.at(slot);
            self.reservations.warm(reservation.id);
            self.buyers.warm_counts(reservation.buyer);
        }
        for &slot in slots {
            let buyer = self.reservations.at(slot).buyer;
            self.buyers.warm(self.buyers.hash(buyer));
            self.buyers.warm_rest(buyer);
        }
    }

    fn warm_index(&self, secret: &[u8; 16], command: &Command) -> Target {
        if let Some(attempt) = command.attempt() {
            return self.warm_attempt(secret, attempt.reserve);
        }
        let id = match command {
            Command::Cancel(cancel) => cancel.reservation,
            Command::Checkout(checkout) => checkout.reservation,
            Command::Confirm(confirm) => confirm.reservation,
            Command::Release(release) => release.reservation,
            Command::Pay(pay) => pay.reservation,
            Command::Report(report) => report.reservation,
            _ => return Target::Nothing,
        };
        self.reservations.warm(id);
        Target::Reservation(id)
    }

    fn warm_attempt(&self, secret: &[u8; 16], reserve: &Reserve) -> Target {
        let hash = keyed::of_text(secret, &reserve.buyer);
        self.buyers.warm(hash);
        self.reservations.warm(reserve.reservation);
        Target::Buyer(hash)
    }

    fn warm_record(&self, target: Target) -> Target {
        match target {
            Target::Buyer(hash) => self.buyers.warm_record(hash).map_or(Target::Nothing, Target::FoundBuyer),
            Target::Reservation(id) => {
                self.reservations.warm_record(id).map_or(Target::Nothing, Target::FoundReservation)
            }
            found => found,
        }
    }

    fn warm_rest(&self, target: Target) {
        match target {
            Target::FoundBuyer(buyer) => self.buyers.warm_rest(buyer),
            Target::FoundReservation(slot) => {
                self.timers.warm(slot);
                self.buyers.warm_rest(self.reservations.at(slot).buyer);
            }
            _ => {}
        }
    }
}
