//! The provider's events that were seen, so that a second delivery is known as one.

use bincode::{Decode, Encode};

use super::keyed;
use crate::vocabulary::limits::NOTICES_KEPT;
use crate::vocabulary::text::ProviderEventId;

/// The last events that named one saga or refund, as keyed hashes. It is kept as long as what it belongs to; what fell
/// out of it and comes again costs one more look at the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Seen(Vec<u64>);

impl Seen {
    /// Notes an event, and tells whether it is new.
    pub(crate) fn note(&mut self, event: u64) -> bool {
        if self.0.contains(&event) {
            return false;
        }
        if self.0.len() >= NOTICES_KEPT {
            self.0.remove(0);
        }
        self.0.push(event);
        true
    }
}

/// What an event is noted by.
pub(crate) fn hash_of(secret: &[u8; 16], event: &ProviderEventId) -> u64 {
    keyed::of_text(secret, event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_new_once_and_the_oldest_is_forgotten_first() {
        let mut seen = Seen::default();
        let events = || 0..NOTICES_KEPT as u64;
        assert!(events().all(|event| seen.note(event)));
        assert!(events().all(|event| !seen.note(event)));
        assert!(seen.note(1_000));
        assert_eq!((seen.0.len(), seen.note(1), seen.note(0)), (NOTICES_KEPT, false, true));
    }
}
