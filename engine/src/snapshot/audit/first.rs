//! The first of many: what is shown where all would be without bound.

use bincode::{Decode, Encode};

/// How many are shown.
pub const FIRST_MAX: usize = 100;

/// How many there are, and the first [`FIRST_MAX`] of them in their order, whatever the order in which they came.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct First<T> {
    /// How many there are.
    pub count: u64,
    /// The first of them, in order.
    pub first: Vec<T>,
}

impl<T> Default for First<T> {
    fn default() -> First<T> {
        First { count: 0, first: Vec::new() }
    }
}

impl<T: Ord> First<T> {
    /// Counts one more, and keeps it if it is among the first.
    pub fn add(&mut self, one: T) {
        self.count = self.count.saturating_add(1);
        self.keep(one);
    }

    /// Adds those of another replica or shard.
    pub fn append(&mut self, others: First<T>) {
        self.count = self.count.saturating_add(others.count);
        others.first.into_iter().for_each(|one| self.keep(one));
    }

    fn keep(&mut self, one: T) {
        let place = self.first.partition_point(|other| *other < one);
        if place < FIRST_MAX {
            self.first.insert(place, one);
            self.first.truncate(FIRST_MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_kept_in_order_and_all_are_counted() {
        let of = |all: &mut dyn Iterator<Item = u32>| {
            let mut first = First::default();
            all.for_each(|one| first.add(one));
            first
        };
        let descending = of(&mut (0..250).rev());
        assert_eq!((descending.count, &descending.first), (250, &(0..100).collect::<Vec<_>>()));
        let mut even = of(&mut (0..250).filter(|number| number % 2 == 0));
        even.append(of(&mut (0..250).filter(|number| number % 2 == 1)));
        assert_eq!(even, descending);
    }
}
