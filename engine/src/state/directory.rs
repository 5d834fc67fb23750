//! The list of a table's pages, in groups: it never grows in one great step, and a frozen view of it costs one pointer per
//! group. A group is copied like a page, when something in it changes that a frozen view still sees.

use std::collections::VecDeque;
use std::sync::Arc;

use super::page::Page;

/// Pages in one group. Larger groups make a frozen view cheaper, smaller ones the copies of those that change under it:
/// each page's count of references is a place in memory of its own.
const GROUP: usize = 64;

/// Pages, new ones at one end; old ones may go at the other.
pub(crate) struct Directory<T> {
    groups: VecDeque<Arc<Group<T>>>,
    /// How many pages of the first group are gone.
    gone: usize,
    len: usize,
}

struct Group<T> {
    pages: [Option<Arc<Page<T>>>; GROUP],
}

// Derived, these would ask the records to have a default or to be copied, which nothing here does.
impl<T> Default for Directory<T> {
    fn default() -> Directory<T> {
        Directory { groups: VecDeque::new(), gone: 0, len: 0 }
    }
}

impl<T> Clone for Directory<T> {
    fn clone(&self) -> Directory<T> {
        Directory { groups: self.groups.clone(), gone: self.gone, len: self.len }
    }
}

impl<T> Clone for Group<T> {
    fn clone(&self) -> Group<T> {
        Group { pages: self.pages.clone() }
    }
}

impl<T> Directory<T> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn get(&self, number: usize) -> Option<&Page<T>> {
        let place = number + self.gone;
        self.groups.get(place / GROUP)?.pages[place % GROUP].as_deref()
    }

    /// Adds a page behind all others.
    pub(crate) fn push(&mut self, page: Page<T>) {
        let place = self.len + self.gone;
        if place / GROUP == self.groups.len() {
            self.groups.push_back(Arc::new(Group { pages: [const { None }; GROUP] }));
        }
        Arc::make_mut(&mut self.groups[place / GROUP]).pages[place % GROUP] = Some(Arc::new(page));
        self.len += 1;
    }

    /// Takes the first page away, if there is one.
    pub(crate) fn pop_front(&mut self) {
        let Some(first) = self.groups.front_mut().filter(|_| self.len > 0) else { return };
        Arc::make_mut(first).pages[self.gone] = None;
        self.len -= 1;
        self.gone += 1;
        if self.gone == GROUP {
            self.groups.pop_front();
            self.gone = 0;
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Page<T>> {
        self.groups.iter().flat_map(|group| group.pages.iter().flatten()).map(|page| &**page)
    }

    /// The pages, of which this gives up one group after the other.
    pub(crate) fn into_pages(self) -> impl Iterator<Item = Arc<Page<T>>> {
        self.groups.into_iter().flat_map(|group| Arc::unwrap_or_clone(group).pages).flatten()
    }
}

impl<T: Clone> Directory<T> {
    /// Cost: a copy of the page and of its group's pointers, each if a frozen view shares it.
    pub(crate) fn get_mut(&mut self, number: usize) -> Option<&mut Page<T>> {
        let place = number + self.gone;
        let group = Arc::make_mut(self.groups.get_mut(place / GROUP)?);
        group.pages[place % GROUP].as_mut().map(Arc::make_mut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(number: usize) -> Page<usize> {
        let mut page = Page::new();
        page.put(0, number);
        page
    }

    fn all(directory: &Directory<usize>) -> Vec<usize> {
        directory.iter().flat_map(Page::iter).copied().collect()
    }

    #[test]
    fn pages_come_at_one_end_and_go_at_the_other() {
        let mut directory = Directory::default();
        directory.pop_front();
        for number in 0..1_000 {
            directory.push(page(number));
            if number % 3 == 0 {
                directory.pop_front();
            }
            let first = number / 3 + 1;
            assert_eq!(directory.len(), number + 1 - first);
            assert_eq!(directory.get(0).and_then(|page| page.get(0)), Some(&first).filter(|_| number > 0));
            assert!(directory.get(directory.len()).is_none());
        }
        assert_eq!(all(&directory), (334..1_000).collect::<Vec<_>>());
        assert_eq!(directory.groups.len(), 1_000_usize.div_ceil(GROUP) - 334 / GROUP);
        (0..700).for_each(|_| directory.pop_front());
        assert!(directory.len() == 0 && all(&directory).is_empty() && directory.groups.len() <= 1);
    }

    #[test]
    fn only_what_changes_is_copied_and_a_frozen_view_stays_as_it_was() {
        let mut directory = Directory::default();
        (0..200).for_each(|number| directory.push(page(number)));
        let frozen = directory.clone();
        directory.get_mut(70).expect("it is there").put(0, 7_000);
        directory.push(page(200));
        let shared = directory.groups.iter().zip(&frozen.groups).map(|(a, b)| Arc::ptr_eq(a, b));
        assert_eq!(shared.collect::<Vec<_>>(), [true, false, true, false]);
        let (new, old) = (&directory.groups[1].pages, &frozen.groups[1].pages);
        let copied = new.iter().flatten().zip(old.iter().flatten()).filter(|(a, b)| !Arc::ptr_eq(a, b));
        assert_eq!(copied.count(), 1);
        directory.pop_front();
        assert_eq!(all(&frozen), (0..200).collect::<Vec<_>>());
        assert_eq!(frozen.into_pages().count(), 200);
    }
}
