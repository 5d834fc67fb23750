//! Records in fixed-size copy-on-write pages: a frozen view of millions of them costs one pointer for thousands.

use std::collections::BTreeSet;

use super::Slot;
use super::directory::Directory;
use super::page::{PAGE, Page, place};

/// A growing set of records, each in a slot of its own until it is removed. Vacated slots are used again, lowest page
/// first, so the records stay together.
pub(crate) struct Pages<T> {
    pages: Directory<T>,
    with_vacancy: BTreeSet<usize>,
    len: usize,
}

impl<T> Default for Pages<T> {
    fn default() -> Pages<T> {
        Pages { pages: Directory::default(), with_vacancy: BTreeSet::new(), len: 0 }
    }
}

impl<T: Clone> Pages<T> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<&T> {
        let (page, offset) = place(slot);
        self.pages.get(page)?.get(offset)
    }

    /// The record in a slot that another record names. Whoever names one keeps it there, and a loader checks it.
    pub(crate) fn at(&self, slot: Slot) -> &T {
        self.get(slot).expect("a slot that a record names is occupied")
    }

    /// As [`Pages::at`], to change it. Cost: a copy of the page if a frozen view shares it.
    pub(crate) fn at_mut(&mut self, slot: Slot) -> &mut T {
        let (page, offset) = place(slot);
        let record = self.pages.get_mut(page).and_then(|page| page.get_mut(offset));
        record.expect("a slot that a record names is occupied")
    }

    /// Puts `value` into a free slot. Cost: O(1); a copy of one page if a frozen view shares it.
    pub(crate) fn insert(&mut self, value: T) -> Slot {
        let number = self.page_with_vacancy();
        let page = self.pages.get_mut(number).expect("a page with a vacancy is there");
        let offset = page.vacancy().expect("the page was listed as one with a vacancy");
        page.put(offset, value);
        if page.vacancy().is_none() {
            self.with_vacancy.remove(&number);
        }
        self.len += 1;
        Slot::try_from(number * PAGE + offset).expect("memory ends before 2^32 records do")
    }

    pub(crate) fn remove(&mut self, slot: Slot) -> Option<T> {
        self.get(slot)?;
        let (number, offset) = place(slot);
        let page = self.pages.get_mut(number)?;
        if page.vacancy().is_none() {
            self.with_vacancy.insert(number);
        }
        self.len -= 1;
        page.take(offset)
    }

    /// The pages as they are now, for another thread. Cost: one pointer for a group of them.
    pub(crate) fn frozen(&self) -> Frozen<T> {
        Frozen { pages: self.pages.clone() }
    }

    fn page_with_vacancy(&mut self) -> usize {
        if let Some(&number) = self.with_vacancy.first() {
            return number;
        }
        self.pages.push(Page::new());
        self.with_vacancy.insert(self.pages.len() - 1);
        self.pages.len() - 1
    }
}

/// Pages as they were at one moment.
pub(crate) struct Frozen<T> {
    pub(crate) pages: Directory<T>,
}

impl<T> Clone for Frozen<T> {
    fn clone(&self) -> Frozen<T> {
        Frozen { pages: self.pages.clone() }
    }
}

impl<T> Frozen<T> {
    pub(crate) fn len(&self) -> u64 {
        self.pages.iter().map(|page| u64::from(page.len())).sum()
    }

    pub(crate) fn at(&self, slot: Slot) -> &T {
        let (page, offset) = place(slot);
        let record = self.pages.get(page).and_then(|page| page.get(offset));
        record.expect("a slot that a record names is occupied")
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pages.iter().flat_map(|page| page.iter())
    }

    /// The number of each slot's record, were they counted without the gaps.
    pub(crate) fn ranks(&self) -> Ranks {
        let starts = self.pages.iter().scan(0, |start, page| {
            let this = *start;
            *start += page.len();
            Some((this, page.occupied()))
        });
        Ranks { starts: starts.collect() }
    }
}

/// Dense numbers for the slots of some [`Frozen`] pages.
pub(crate) struct Ranks {
    starts: Vec<(u32, u32)>,
}

impl Ranks {
    pub(crate) fn of(&self, slot: Slot) -> u32 {
        let (page, offset) = place(slot);
        let (start, occupied) = self.starts[page];
        start + (occupied & ((1 << offset) - 1)).count_ones()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vacated_slots_are_used_again_lowest_page_first() {
        let mut pages = Pages::default();
        (0..200).for_each(|number| assert_eq!(pages.insert(number), number));
        for slot in [150, 70, 75] {
            assert_eq!(pages.remove(slot), Some(slot));
            assert_eq!(pages.remove(slot), None);
        }
        assert_eq!([(); 4].map(|()| pages.insert(0)), [70, 75, 150, 200]);
        assert_eq!(pages.len(), 201);
        assert_eq!(pages.get(100_000), None);
    }

    #[test]
    fn a_frozen_view_stays_as_it_was() {
        let mut pages = Pages::default();
        (0..130).for_each(|number| {
            pages.insert(number);
        });
        let frozen = pages.frozen();
        *pages.at_mut(3) = 1_000;
        pages.remove(31);
        pages.insert(2_000);
        pages.insert(3_000);
        assert_eq!(frozen.iter().copied().collect::<Vec<_>>(), (0..130).collect::<Vec<_>>());
        assert_eq!((frozen.len(), *frozen.at(3), *pages.at_mut(3)), (130, 3, 1_000));
    }

    #[test]
    fn ranks_count_without_gaps() {
        let mut pages = Pages::default();
        (0..300).for_each(|number| {
            pages.insert(number);
        });
        (0..300).filter(|slot| slot % 3 != 0).for_each(|slot| {
            pages.remove(slot);
        });
        let ranks = pages.frozen().ranks();
        (0..100).for_each(|rank| assert_eq!(ranks.of(rank * 3), rank));
    }
}
