//! The provider's notices of one of its objects: how many there were, and which were followed by a look.
//!
//! A look that began before a notice may show what was before it. So notices are counted, and whoever reports says the
//! last that was known when the provider was asked: a later one stays open.

use bincode::{Decode, Encode};

/// The notices of one object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Notices {
    heard: u64,
    looked: u64,
}

impl Notices {
    /// There is another one.
    pub(crate) fn hear(&mut self) {
        self.heard = self.heard.saturating_add(1);
    }

    /// The object was looked at when these were known. What was not heard yet stays to come.
    pub(crate) fn look(&mut self, known: u64) {
        self.looked = self.looked.max(known.min(self.heard));
    }

    /// The number of the last one, if no look followed it.
    pub(crate) fn open(self) -> Option<u64> {
        (self.heard > self.looked).then_some(self.heard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_settles_what_was_known_when_it_began_and_no_more() {
        let mut notices = Notices::default();
        notices.look(3);
        notices.hear();
        assert_eq!(notices.open(), Some(1), "what was not heard cannot have been known");
        notices.hear();
        notices.look(1);
        assert_eq!(notices.open(), Some(2));
        notices.look(2);
        notices.look(1);
        assert_eq!(notices.open(), None);
    }
}
