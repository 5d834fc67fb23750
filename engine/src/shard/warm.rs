//! Reading ahead: what commands are going to look up is fetched from memory before it is needed.
//!
//! In a large shard nearly every look-up waits for memory, and those of one command wait one after the other. Those of
//! many commands need not: to read all their places first, and do nothing with what is there, makes the processor wait
//! for many of them at once. Nothing here changes anything, or decides anything.

use super::Shard;
use crate::state::{Slot, keyed};
use crate::vocabulary::command::Command;
use crate::vocabulary::id::ReservationId;
use crate::vocabulary::idempotency::Fingerprint;

/// For how many commands is read ahead. What they need should fit into the processor's first cache together.
pub const AHEAD: usize = 32;
/// Of how many buyers on is read ahead. What is known of fewer stays in the processor's caches, where reading twice only
/// costs.
const CROWD: usize = 16_384;

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

/// All that one command is going to look up in an index.
#[derive(Clone, Copy, Default)]
struct Ahead {
    target: Target,
    /// The reservation that it would make.
    made: Option<ReservationId>,
    scope: Option<[u8; 16]>,
}

impl Shard {
    /// Reads ahead for up to [`AHEAD`] commands that are about to be applied or considered: the places in the indexes,
    /// then the records that are named there, then what those name. Changes nothing.
    pub fn read_ahead<'a>(&self, commands: impl Iterator<Item = (&'a Command, Option<&'a Fingerprint>)>) {
        let Some(secret) = self.secret.as_ref().filter(|_| self.buyers.len() >= CROWD) else { return };
        let (mut ahead, mut count) = ([Ahead::default(); AHEAD], 0);
        for (ahead, (command, key)) in ahead.iter_mut().zip(commands) {
            *ahead = Ahead { scope: key.map(|key| key.scope), ..Ahead::of(secret, command) };
            count += 1;
        }
        // Each pass does little but read, so that the processor gets far enough ahead to wait for many places at once.
        let ahead = &mut ahead[..count];
        ahead.iter().for_each(|ahead| self.warm_index(ahead.target));
        ahead.iter().filter_map(|ahead| ahead.made).for_each(|made| self.reservations.warm(made));
        ahead.iter().filter_map(|ahead| ahead.scope.as_ref()).for_each(|scope| self.memory.warm(scope));
        ahead.iter_mut().for_each(|ahead| ahead.target = self.warm_record(ahead.target));
        ahead.iter().for_each(|ahead| self.warm_rest(ahead.target));
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

    fn warm_index(&self, target: Target) {
        match target {
            Target::Buyer(hash) => self.buyers.warm(hash),
            Target::Reservation(id) => self.reservations.warm(id),
            _ => {}
        }
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

impl Ahead {
    fn of(secret: &[u8; 16], command: &Command) -> Ahead {
        if let Some(attempt) = command.attempt() {
            let target = Target::Buyer(keyed::of_text(secret, &attempt.reserve.buyer));
            return Ahead { target, made: Some(attempt.reserve.reservation), scope: None };
        }
        let reservation = match command {
            Command::Cancel(cancel) => cancel.reservation,
            Command::Checkout(checkout) => checkout.reservation,
            Command::Confirm(confirm) => confirm.reservation,
            Command::Release(release) => release.reservation,
            Command::Pay(pay) => pay.reservation,
            Command::Report(report) => report.reservation,
            _ => return Ahead::default(),
        };
        Ahead { target: Target::Reservation(reservation), ..Ahead::default() }
    }
}
