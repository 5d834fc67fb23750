//! The outbox: what consumers outside have not taken in yet, and how far each of them is.

use super::Shard;
use crate::vocabulary::event::Event;
use crate::vocabulary::text::ConsumerName;

/// Why a consumer cannot be told what is behind its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTold {
    /// It is not known: it was never there, or has unsubscribed.
    #[error("no consumer of that name: subscribe first")]
    Unknown,
    /// Some of it is not kept any more. The consumer starts again from the state, and acknowledges what the state has.
    #[error("behind what is kept: start again from the state")]
    Behind,
}

impl Shard {
    /// How far a consumer is: the sequence of the last event that it acknowledged.
    pub fn cursor(&self, consumer: &ConsumerName) -> Option<u64> {
        self.outbox.consumers().get(consumer).copied()
    }

    /// The consumers and how far they are, in the order of their names.
    pub fn consumers(&self) -> impl Iterator<Item = (&ConsumerName, u64)> {
        self.outbox.consumers().iter().map(|(consumer, &sequence)| (consumer, sequence))
    }

    /// The events that a consumer has not acknowledged, oldest first, at most `most`. Told again until they are: a
    /// consumer knows by their sequence what it has taken in. Cost: O(log of what is kept, and what is told).
    ///
    /// # Errors
    /// [`NotTold`]: there is no such consumer, or it fell behind what is kept.
    pub fn untold(&self, consumer: &ConsumerName, most: usize) -> Result<Vec<Event>, NotTold> {
        let cursor = self.cursor(consumer).ok_or(NotTold::Unknown)?;
        self.outbox.behind(cursor, most).map_err(|_| NotTold::Behind)
    }

    /// Keeps an event that just came about.
    pub(crate) fn keep_event(&mut self, event: &Event) {
        let (gained, lost) = self.outbox.keep(event);
        self.digest.add(gained);
        self.digest.subtract(lost);
    }

    /// Adds a consumer, or notes how far it is.
    pub(crate) fn set_cursor(&mut self, consumer: &ConsumerName, sequence: u64) {
        let (gained, lost) = self.outbox.place(consumer, sequence);
        self.digest.add(gained);
        self.digest.subtract(lost);
    }

    pub(crate) fn remove_consumer(&mut self, consumer: &ConsumerName) {
        if let Some(lost) = self.outbox.remove(consumer) {
            self.digest.subtract(lost);
        }
    }
}
