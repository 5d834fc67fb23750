//! Doubly linked lists through slots: one array of links carries any number of lists, and a slot is in at most one.

use super::chunks::Chunks;
use super::{NONE, Slot};

/// The neighbours of a slot in its list. Lists are rings: the last one's next is the first.
#[derive(Clone, Copy)]
struct Link {
    previous: Slot,
    next: Slot,
}

impl Default for Link {
    fn default() -> Link {
        Link { previous: NONE, next: NONE }
    }
}

/// Many lists. Whoever owns a list keeps its first slot, [`NONE`] if it is empty. All is O(1).
#[derive(Default)]
pub(crate) struct Chain {
    links: Chunks<Link>,
}

impl Chain {
    /// Puts `slot` at the end of the list.
    pub(crate) fn push(&mut self, first: &mut Slot, slot: Slot) {
        if *first == NONE {
            *self.links.at_mut(slot) = Link { previous: slot, next: slot };
            *first = slot;
            return;
        }
        let last = self.link(*first).previous;
        *self.links.at_mut(slot) = Link { previous: last, next: *first };
        self.links.at_mut(last).next = slot;
        self.links.at_mut(*first).previous = slot;
    }

    /// Takes `slot` out of the list that it is in; nothing happens if it is in none.
    pub(crate) fn remove(&mut self, first: &mut Slot, slot: Slot) {
        let Link { previous, next } = self.link(slot);
        if next == NONE {
            return;
        }
        *self.links.at_mut(slot) = Link::default();
        if next == slot {
            *first = NONE;
            return;
        }
        self.links.at_mut(previous).next = next;
        self.links.at_mut(next).previous = previous;
        if *first == slot {
            *first = next;
        }
    }

    /// Reads ahead the neighbours of `slot`.
    pub(crate) fn warm(&self, slot: Slot) {
        std::hint::black_box(self.link(slot).next);
    }

    /// Whether `slot` is in a list.
    pub(crate) fn contains(&self, slot: Slot) -> bool {
        self.link(slot).next != NONE
    }

    /// The list, first to last.
    pub(crate) fn iter(&self, first: Slot) -> impl Iterator<Item = Slot> {
        std::iter::successors((first != NONE).then_some(first), move |&slot| {
            let next = self.link(slot).next;
            (next != first && next != NONE).then_some(next)
        })
    }

    /// The list, last to first.
    pub(crate) fn iter_back(&self, first: Slot) -> impl Iterator<Item = Slot> {
        let last = if first == NONE { None } else { Some(self.link(first).previous) };
        std::iter::successors(last, move |&slot| (slot != first).then(|| self.link(slot).previous))
    }

    fn link(&self, slot: Slot) -> Link {
        self.links.get(slot).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_come_in_order_and_go_from_anywhere() {
        let (mut chain, mut first) = (Chain::default(), NONE);
        [3, 1, 2_000, 7].into_iter().for_each(|slot| chain.push(&mut first, slot));
        assert_eq!(chain.iter(first).collect::<Vec<_>>(), [3, 1, 2_000, 7]);
        chain.remove(&mut first, 2_000);
        chain.remove(&mut first, 3);
        assert_eq!(chain.iter(first).collect::<Vec<_>>(), [1, 7]);
        assert_eq!(chain.iter_back(first).collect::<Vec<_>>(), [7, 1]);
        assert!(!chain.contains(3) && chain.contains(7));
        chain.remove(&mut first, 7);
        chain.remove(&mut first, 1);
        assert_eq!((first, chain.iter(first).count(), chain.iter_back(first).count()), (NONE, 0, 0));
    }

    #[test]
    fn what_is_in_no_list_can_be_removed_from_none() {
        let (mut chain, mut first) = (Chain::default(), NONE);
        chain.push(&mut first, 1);
        chain.remove(&mut first, 5);
        assert_eq!(chain.iter(first).collect::<Vec<_>>(), [1]);
    }
}
