//! A queue in copy-on-write pages: new records at one end, old ones go at the other.

use super::Slot;
use super::directory::Directory;
use super::page::{self, PAGE, Page};
use super::pages::Frozen;

/// Records in the order in which they came. A record's slot is its place in that order, modulo 2^32.
pub(crate) struct Queue<T> {
    pages: Directory<T>,
    /// The slot of the oldest record; its page is the first.
    first: Slot,
    len: u32,
}

impl<T> Default for Queue<T> {
    fn default() -> Queue<T> {
        Queue { pages: Directory::default(), first: 0, len: 0 }
    }
}

impl<T: Clone> Queue<T> {
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// Adds the newest. Cost: O(1); a copy of one page if a frozen view shares it.
    pub(crate) fn push(&mut self, value: T) -> Slot {
        let slot = self.first.wrapping_add(self.len);
        let (page, offset) = self.place(slot);
        if page == self.pages.len() {
            self.pages.push(Page::new());
        }
        self.pages.get_mut(page).expect("it was added just now if need be").put(offset, value);
        self.len += 1;
        slot
    }

    /// Takes the oldest away.
    pub(crate) fn pop(&mut self) -> Option<(Slot, T)> {
        let slot = self.first;
        let (page, offset) = self.place(slot);
        let value = self.pages.get_mut(page)?.take(offset)?;
        self.first = slot.wrapping_add(1);
        self.len -= 1;
        if offset + 1 == PAGE {
            self.pages.pop_front();
        }
        Some((slot, value))
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<&T> {
        let (page, offset) = self.place(slot);
        self.pages.get(page)?.get(offset)
    }

    /// The record that came `places` after the oldest.
    pub(crate) fn nth(&self, places: u32) -> Option<&T> {
        self.get(self.first.wrapping_add(places))
    }

    pub(crate) fn frozen(&self) -> Frozen<T> {
        Frozen { pages: self.pages.clone() }
    }

    fn place(&self, slot: Slot) -> (usize, usize) {
        let (_, before) = page::place(self.first);
        let distance = slot.wrapping_sub(self.first) as usize + before;
        (distance / PAGE, distance % PAGE)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    #[test]
    fn what_comes_first_goes_first_also_beyond_the_end_of_the_numbers() {
        let mut queue = Queue { first: Slot::MAX - 100, ..Queue::default() };
        let mut expected = VecDeque::new();
        for number in 0..1_000_u64 {
            let slot = queue.push(number);
            expected.push_back((slot, number));
            assert_eq!(queue.get(slot), Some(&number));
            if number % 3 == 0 {
                assert_eq!(queue.pop(), expected.pop_front());
            }
        }
        assert_eq!(queue.len() as usize, expected.len());
        assert_eq!(queue.nth(5), Some(&expected[5].1));
        while let Some(popped) = queue.pop() {
            assert_eq!(Some(popped), expected.pop_front());
        }
        assert!(expected.is_empty() && queue.len() == 0);
        assert!(queue.pages.len() <= 1);
    }

    #[test]
    fn a_frozen_view_does_not_see_what_comes_later() {
        let mut queue = Queue::default();
        (0..100_u64).for_each(|number| {
            queue.push(number);
        });
        let frozen = queue.frozen();
        queue.pop();
        queue.push(100);
        assert_eq!(frozen.iter().copied().collect::<Vec<_>>(), (0..100).collect::<Vec<_>>());
    }
}
