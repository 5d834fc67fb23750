//! The memory of idempotency keys: what was answered to whom, for a day of log time.

use std::sync::Arc;

use bincode::{Decode, Encode};

use super::digest::{Kind, Mix};
use super::pages::{Frozen, Pages};
use super::queue::Queue;
use super::table::Table;
use super::{NONE, Slot, keyed};
use crate::codec;
use crate::vocabulary::idempotency::Fingerprint;
use crate::vocabulary::limits::RETENTION;
use crate::vocabulary::outcome::Done;
use crate::vocabulary::time::LogTime;

/// What was done, where the subject says to what. Enough to give the answer again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Act {
    Reserved,
    Ordered,
    Cancelled,
    CheckedOut,
    Confirmed,
    Released,
    ReleasedToExpired,
    Refunded,
    /// The answer itself is kept: an operator's, of which there are few.
    Kept,
    /// A try to pay, by its number.
    PaymentBegun(u8),
    RefundBegun,
}

impl Act {
    /// What stands for it in the state hash.
    fn word(self) -> u64 {
        match self {
            Act::Reserved => 0,
            Act::Ordered => 1,
            Act::Cancelled => 2,
            Act::CheckedOut => 3,
            Act::Confirmed => 4,
            Act::Released => 5,
            Act::ReleasedToExpired => 6,
            Act::Refunded => 7,
            Act::Kept => 8,
            Act::RefundBegun => 9,
            Act::PaymentBegun(attempt) => 10 | u64::from(attempt) << 8,
        }
    }

    /// What it is about.
    pub(crate) fn subject(self) -> Subject {
        match self {
            Act::Kept => Subject::Kept,
            Act::Refunded | Act::RefundBegun => Subject::Refund,
            _ => Subject::Reservation,
        }
    }
}

/// What an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Reservation,
    Refund,
    /// The answer itself, which is kept.
    Kept,
}

/// One remembered answer. Its slots are valid as long as it is here: what they name is kept at least as long.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) key: Fingerprint,
    pub(crate) at: LogTime,
    /// A reservation, a refund or a kept answer.
    pub(crate) subject: Slot,
    /// The buyer for whom it counts, or [`NONE`] for the operators together.
    pub(crate) owner: Slot,
    pub(crate) act: Act,
}

impl Record {
    /// When it is forgotten.
    pub(crate) fn ends_at(&self) -> LogTime {
        self.at.after(RETENTION)
    }

    /// `subject` tells what it is about, `owner` is the keyed hash of the buyer's id.
    pub(crate) fn digest(&self, subject: u64, owner: u64) -> u64 {
        Mix::new(Kind::Memory)
            .id(self.key.scope)
            .id(self.key.request)
            .word(self.at.0)
            .word(self.act.word())
            .word(subject)
            .word(owner)
            .end()
    }
}

/// The digest of an answer that is kept whole.
pub(crate) fn digest_of_kept(done: &Done) -> u64 {
    let mut bytes = Vec::with_capacity(256);
    codec::encode_into(done, &mut bytes);
    Mix::new(Kind::Text).bytes(&bytes).end()
}

/// All remembered answers, oldest first.
#[derive(Default)]
pub(crate) struct Memory {
    records: Queue<Record>,
    index: Table,
    kept: Pages<Arc<Done>>,
    operators: u32,
}

impl Memory {
    /// What is remembered of a scope.
    pub(crate) fn find(&self, scope: &[u8; 16]) -> Option<&Record> {
        let is_it = |slot| self.records.get(slot).is_some_and(|record| record.key.scope == *scope);
        self.records.get(self.index.find(keyed::of_scope(scope), is_it)?)
    }

    /// Reads ahead for [`Memory::find`].
    pub(crate) fn warm(&self, scope: &[u8; 16]) {
        self.index.warm(keyed::of_scope(scope));
    }

    /// Remembers an answer in a scope of which nothing is remembered, not older than any that is.
    pub(crate) fn add(&mut self, record: Record) {
        let hash = keyed::of_scope(&record.key.scope);
        self.operators += u32::from(record.owner == NONE);
        let slot = self.records.push(record);
        self.index.insert(hash, slot);
    }

    /// Takes the oldest if it is to be forgotten by `now`.
    pub(crate) fn take_due(&mut self, now: LogTime) -> Option<Record> {
        if self.records.nth(0)?.ends_at() > now {
            return None;
        }
        let (slot, record) = self.records.pop()?;
        self.index.remove(keyed::of_scope(&record.key.scope), slot);
        self.operators -= u32::from(record.owner == NONE);
        Some(record)
    }

    /// When the record that came `places` after the oldest is forgotten.
    pub(crate) fn end_of_nth(&self, places: usize) -> Option<LogTime> {
        let record = self.records.nth(u32::try_from(places).ok()?)?;
        Some(record.ends_at())
    }

    /// When the newest record came.
    pub(crate) fn newest(&self) -> Option<LogTime> {
        Some(self.records.nth(self.records.len().checked_sub(1)?)?.at)
    }

    /// How many are remembered for the operators together.
    pub(crate) fn of_operators(&self) -> u32 {
        self.operators
    }

    pub(crate) fn keep(&mut self, done: Done) -> Slot {
        self.kept.insert(Arc::new(done))
    }

    pub(crate) fn kept(&self, slot: Slot) -> Option<&Done> {
        self.kept.get(slot).map(|done| &**done)
    }

    pub(crate) fn drop_kept(&mut self, slot: Slot) -> Option<Arc<Done>> {
        self.kept.remove(slot)
    }

    pub(crate) fn len(&self) -> u32 {
        self.records.len()
    }

    pub(crate) fn kept_len(&self) -> usize {
        self.kept.len()
    }

    pub(crate) fn frozen(&self) -> (Frozen<Record>, Frozen<Arc<Done>>) {
        (self.records.frozen(), self.kept.frozen())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_takes_56_bytes_in_its_page() {
        assert_eq!(size_of::<Option<Record>>(), 56);
    }
}
