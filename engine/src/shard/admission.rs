//! What the leader asks before it proposes: the same rules that apply goes by, changing nothing.

use super::Shard;
use super::commands::attempt;
use super::room::Room;
use crate::state::Slot;
use crate::state::memory::{Act, Record};
use crate::vocabulary::command::Attempt;
use crate::vocabulary::idempotency::Fingerprint;
use crate::vocabulary::limits::KEYS_PER_BUYER;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::refusal::Refusal;
use crate::vocabulary::time::LogTime;

impl Shard {
    /// What is remembered of a key: what was done under it, or that it came with another request. In the order of
    /// refusals [`Refusal::KeyReused`] comes behind invalid fields and unknown things; a leader that is asked gives it at
    /// once, which is as true.
    pub fn recall(&self, key: &Fingerprint) -> Option<Result<Done, Refusal>> {
        let record = self.memory.find(&key.scope)?;
        let same = record.key.request == key.request;
        Some(if same { Ok(self.done_again(record)) } else { Err(Refusal::KeyReused) })
    }

    /// What the state as it is now would allow a reservation; `has_key` if it comes with an idempotency key, of which
    /// nothing is remembered.
    ///
    /// # Errors
    /// The refusal that it would get, even if everything in flight came to nothing.
    pub fn consider<'a>(&self, attempt: impl Into<Attempt<'a>>, has_key: bool) -> Result<Room<'a>, Refusal> {
        let attempt = attempt.into();
        let secret = self.secret.as_ref().ok_or(Refusal::NotReady)?;
        let buyer = attempt::find_buyer(self, secret, attempt.reserve);
        self.key_fits_buyer(has_key, buyer.slot)?;
        let product = attempt::find_product(self, secret, &attempt)?;
        attempt::admit(self, &attempt, product, buyer)
    }

    /// Refuses a key for whose answer there is no room with this buyer.
    pub(super) fn key_fits_buyer(&self, has_key: bool, buyer: Option<Slot>) -> Result<(), Refusal> {
        let keys = buyer.map_or(0, |buyer| self.buyers.keys(buyer));
        if has_key && keys >= KEYS_PER_BUYER { Err(Refusal::TooManyKeys) } else { Ok(()) }
    }

    /// When something next ends, opens or closes by itself. An idle shard has none: what is merely kept for a while is
    /// forgotten with the first batch afterwards.
    pub fn next_deadline(&self) -> Option<LogTime> {
        let (hold, window) = (self.timers.first(), self.products.next_window());
        hold.into_iter().chain(window).min()
    }

    /// The latest moment, not after `now`, to which time can move so that about `max` things of each kind fall due: one
    /// instant's worth at least. Cost: O(max) if much is due, O(1) if nothing is.
    pub fn due_cap(&self, now: LogTime, max: usize) -> LogTime {
        let is_due = |&(at, _): &(LogTime, usize)| at <= now;
        let holds = cap(self.timers.instants().take_while(is_due), max);
        let windows = cap(self.products.windows().map(|at| (at, 1)).take_while(is_due), max);
        let retained = self.timers.retained().map(|slot| (self.reservations.at(slot).kept_until(), 1));
        let retained = cap(retained.take_while(is_due), max);
        let records = self.memory.end_of_nth(max.saturating_sub(1));
        let rechecks = cap(self.agenda.ends().map(|at| (at, 1)).take_while(is_due), max);
        [holds, windows, retained, records, rechecks].into_iter().flatten().fold(now, LogTime::min)
    }

    fn done_again(&self, record: &Record) -> Done {
        let reservation = || self.reservations.at(record.subject);
        match record.act {
            Act::Reserved => Done::Reserved(reservation().id),
            Act::Ordered => Done::Ordered(reservation().id),
            Act::Cancelled => Done::Cancelled(reservation().id),
            Act::CheckedOut => {
                Done::CheckedOut { reservation: reservation().id, pay_by: reservation().release_by() }
            }
            Act::Confirmed => Done::Confirmed(reservation().id),
            Act::Released => Done::Released(reservation().id),
            Act::ReleasedToExpired => Done::ReleasedToExpired(reservation().id),
            Act::Refunded => Done::Refunded(self.refunds.at(record.subject).id),
            Act::PaymentBegun(attempt) => Done::PaymentBegun { reservation: reservation().id, attempt },
            Act::RefundBegun => Done::RefundBegun(self.refunds.at(record.subject).id),
            Act::Kept => self.memory.kept(record.subject).cloned().unwrap_or(Done::Internal),
        }
    }
}

/// The instant with which `max` things have fallen due.
fn cap(instants: impl Iterator<Item = (LogTime, usize)>, max: usize) -> Option<LogTime> {
    let mut due = 0_usize;
    let mut instants = instants.take(max.max(1));
    instants.find_map(|(at, count)| {
        due = due.saturating_add(count);
        (due >= max).then_some(at)
    })
}
